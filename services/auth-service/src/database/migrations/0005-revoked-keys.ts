import type { ReversibleMigration } from '@latchkey/database'
import { type Kysely, sql } from 'kysely'

export const revokedKeys: ReversibleMigration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('revoked_keys')
      .addColumn('kid', 'text', (column) => column.primaryKey())
      .addColumn('revoked_at', 'timestamptz(3)', (column) => column.notNull().defaultTo(sql`now()`))
      .execute()
  },

  async down(db: Kysely<unknown>) {
    await db.schema.dropTable('revoked_keys').execute()
  },
}
