import type { ColumnType, Generated } from 'kysely'

export type IdempotencyTable = {
  /** `kind:id` of the actor: two callers may send the same key. */
  caller: string
  key: string
  /** Of the body that came with it. */
  fingerprint: string
  /** As JSON; null only inside the transaction that does the work. */
  answer: ColumnType<unknown, string | null, string | null>
  created_at: Generated<Date>
}
