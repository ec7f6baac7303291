import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('revoked_keys')
    .addColumn('kid', 'text', (column) => column.primaryKey())
    .addColumn('revoked_at', 'timestamptz(3)', (column) => column.notNull().defaultTo(sql`now()`))
    .execute()
}
