import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create extension if not exists pg_trgm with schema public`.execute(db)
  await sql`
    alter table users add column search text not null
    generated always as (email_key || ' ' || username_key || ' ' || lower(coalesce(full_name, ''))) stored`.execute(db)
  await sql`create index users_search on users using gin (search public.gin_trgm_ops)`.execute(db)
  await sql`create index users_roles on users using gin (roles)`.execute(db)
  await sql`create index users_status on users (status, id)`.execute(db)
}
