import type { ColumnType } from 'kysely'

/** A life that access tokens are or were issued with, in seconds. */
export type AccessTokenLifeTable = {
  seconds: number
  /** A replica issued such tokens until then at least, and until its next note at most. */
  issued_until: ColumnType<Date, never, never>
}
