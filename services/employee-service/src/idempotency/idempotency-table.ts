import type { ColumnType, Generated } from 'kysely'

export type IdempotencyTable = {
  /** Whose key it is: two callers may come upon the same one. */
  caller: string
  key: string
  /** Of the body that came with it. */
  fingerprint: string
  /** What was answered, as JSON. */
  answer: ColumnType<unknown, string | null, string | null>
  created_at: Generated<Date>
}
