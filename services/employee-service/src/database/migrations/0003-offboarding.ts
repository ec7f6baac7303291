import type { ReversibleMigration } from '@latchkey/database'
import { type Kysely, sql } from 'kysely'

export const offboarding: ReversibleMigration = {
  async up(db: Kysely<unknown>) {
    // Without a foreign key: what became of an account is still asked when the employee has been deleted.
    await sql`
      create table offboardings (
        id uuid primary key,
        employee_id uuid not null,
        user_id uuid,
        state text not null,
        reason text,
        request_id text not null,
        attempts integer not null default 0,
        last_error text,
        requested_at timestamptz(3) not null default now(),
        tried_since timestamptz(3) not null default now(),
        completed_at timestamptz(3),
        tokens_until bigint,
        constraint offboardings_state_known check (state in ('none', 'pending', 'done', 'failed')),
        constraint offboardings_of_nobody check ((state = 'none') = (user_id is null)),
        constraint offboardings_done_completely
          check ((state = 'done') = (completed_at is not null) and (state = 'done') = (tokens_until is not null))
      )`.execute(db)

    await sql`create index offboardings_of_employee on offboardings (employee_id, requested_at)`.execute(db)
    await sql`create index offboardings_open on offboardings (user_id) where state in ('pending', 'failed')`.execute(db)
    await sql`create index offboardings_by_completion on offboardings (completed_at) where state = 'done'`.execute(db)

    // In the database, so that every replica hears of every change, also of one that is made by hand. A channel belongs to
    // the whole database: its name says which schema's table it is about.
    await sql`
      create function offboardings_tell() returns trigger language plpgsql as $$
      begin
        perform pg_notify('offboardings_' || md5(tg_table_schema), '');
        return null;
      end $$`.execute(db)
    await sql`
      create trigger offboardings_tell after insert or delete or update of state on offboardings
      for each statement execute function offboardings_tell()`.execute(db)
  },

  async down(db: Kysely<unknown>) {
    await sql`drop table offboardings`.execute(db)
    await sql`drop function offboardings_tell()`.execute(db)
  },
}
