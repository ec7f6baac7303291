/** One row. */
export type BeatTable = {
  id: boolean
  /** An increasing 64-bit number, as text. */
  count: string
  /** By the clock of Postgres. */
  at: Date
}
