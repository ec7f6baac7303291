import type { ReversibleMigration } from '@latchkey/database'
import { type Kysely, sql } from 'kysely'

export const employees: ReversibleMigration = {
  async up(db: Kysely<unknown>) {
    // Names sort and fold case by Unicode's own rules (ICU root collation), on every host alike.
    // Milliseconds are all that a JavaScript Date holds: finer times would let a keyset cursor skip rows.
    await sql`
      create table employees (
        id uuid primary key,
        first_name text collate "und-x-icu" not null,
        last_name text collate "und-x-icu" not null,
        email text not null,
        department text,
        job_title text collate "und-x-icu",
        manager_id uuid constraint employees_manager_id_fkey references employees (id) on delete set null,
        hired_on date,
        status text not null default 'active',
        user_id uuid,
        version integer not null default 1,
        created_at timestamptz(3) not null default now(),
        updated_at timestamptz(3) not null default now(),
        constraint employees_status_known check (status in ('active', 'on_leave', 'terminated')),
        constraint employees_manager_is_another check (manager_id <> id)
      )`.execute(db)

    await sql`create unique index employees_email_key on employees (lower(email))`.execute(db)
    await sql`create unique index employees_user_id_key on employees (user_id) where user_id is not null`.execute(db)

    // One index per order of the listing, each ending in the id that breaks its ties.
    await sql`create index employees_by_last_name on employees (last_name, id)`.execute(db)
    await sql`create index employees_by_hired_on on employees ((coalesce(hired_on, 'infinity'::date)), id)`.execute(db)
    await sql`create index employees_by_hired_on_desc on employees ((coalesce(hired_on, '-infinity'::date)), id)`.execute(
      db,
    )
    await sql`create index employees_by_created_at on employees (created_at, id)`.execute(db)

    await sql`create index employees_of_department on employees (department, last_name, id)`.execute(db)
    await sql`create index employees_of_manager on employees (manager_id, last_name, id)`.execute(db)

    // In the database because ON DELETE SET NULL changes rows too: no entity tag may outlive what it names.
    await sql`
      create function employees_touch() returns trigger language plpgsql as $$
      begin
        new.version := old.version + 1;
        new.updated_at := now();
        return new;
      end $$`.execute(db)
    await sql`
      create trigger employees_touch before update on employees
      for each row execute function employees_touch()`.execute(db)
  },

  async down(db: Kysely<unknown>) {
    await sql`drop table employees`.execute(db)
    await sql`drop function employees_touch()`.execute(db)
  },
}
