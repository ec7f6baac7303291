import type { ReversibleMigration } from '@latchkey/database'
import { type Kysely, sql } from 'kysely'

export const userSearch: ReversibleMigration = {
  async up(db: Kysely<unknown>) {
    await sql`create extension if not exists pg_trgm with schema public`.execute(db)
    await sql`
      alter table users add column search text not null
      generated always as (email_key || ' ' || username_key || ' ' || lower(coalesce(full_name, ''))) stored`.execute(
      db,
    )
    await sql`create index users_search on users using gin (search public.gin_trgm_ops)`.execute(db)
    await sql`create index users_roles on users using gin (roles)`.execute(db)
    await sql`create index users_status on users (status, id)`.execute(db)
  },

  async down(db: Kysely<unknown>) {
    await db.schema.dropIndex('users_status').execute()
    await db.schema.dropIndex('users_roles').execute()
    // Its index goes with it. The extension stays: other schemas may use it.
    await db.schema.alterTable('users').dropColumn('search').execute()
  },
}
