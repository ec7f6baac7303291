import type { ReversibleMigration } from '@latchkey/database'
import { type Kysely, sql } from 'kysely'

/**
 * The lives that access tokens were issued with, and until when. Nobody knows those of before: there, a token lives for a day at most.
 */
export const accessTokenLives: ReversibleMigration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('access_token_lives')
      .addColumn('seconds', 'integer', (column) => column.primaryKey())
      .addColumn('issued_until', 'timestamptz(3)', (column) => column.notNull())
      .execute()
    await sql`insert into access_token_lives (seconds, issued_until) select 86400, now() where exists (select from users)`.execute(
      db,
    )
  },

  async down(db: Kysely<unknown>): Promise<void> {
    await db.schema.dropTable('access_token_lives').execute()
  },
}
