import type { ReversibleMigration } from '@latchkey/database'
import { type Kysely, sql } from 'kysely'

/** One row: a number that rises for as long as the service runs, and is in Redis as well. It shows which of the two went back in time. */
export const beats: ReversibleMigration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`
      create table beats (
        id boolean primary key default true check (id),
        count bigint not null default 0,
        at timestamptz(3) not null default '-infinity'
      )`.execute(db)
    await sql`insert into beats default values`.execute(db)
  },

  async down(db: Kysely<unknown>): Promise<void> {
    await db.schema.dropTable('beats').execute()
  },
}
