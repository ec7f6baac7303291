import type { ReversibleMigration } from '@latchkey/database'
import { type Kysely, sql } from 'kysely'

export const onboarding: ReversibleMigration = {
  async up(db: Kysely<unknown>) {
    // Without a foreign key: an account that is made late is looked for when the employee has been deleted.
    await sql`
      create table onboardings (
        id uuid primary key,
        employee_id uuid not null,
        state text not null,
        email text,
        full_name text,
        user_id uuid,
        wants_link boolean not null default false,
        expires_at timestamptz(3),
        last_error text,
        attempts integer not null default 0,
        request_id text not null,
        attempted_at timestamptz(3),
        requested_at timestamptz(3) not null default now(),
        tried_since timestamptz(3) not null default now(),
        due_at timestamptz(3) not null default now(),
        checked_at timestamptz(3),
        completed_at timestamptz(3),
        constraint onboardings_state_known check (state in ('pending', 'invited', 'accepted', 'failed', 'ended')),
        constraint onboardings_open_whole check (state not in ('pending', 'invited') or email is not null and full_name is not null),
        constraint onboardings_with_account check (state not in ('invited', 'accepted') or user_id is not null),
        constraint onboardings_completed check ((completed_at is null) = (state in ('pending', 'invited')))
      )`.execute(db)
    await sql`
      create unique index onboardings_open on onboardings (employee_id) where state in ('pending', 'invited')`.execute(
      db,
    )
    await sql`create index onboardings_of_employee on onboardings (employee_id, requested_at)`.execute(db)
    // An account is made once, for one employee.
    await sql`create unique index onboardings_user_id on onboardings (user_id)`.execute(db)
    await sql`create index onboardings_of_address on onboardings (lower(email)) where email is not null`.execute(db)
    await sql`create index onboardings_due on onboardings (due_at) where state in ('pending', 'invited')`.execute(db)

    // The account of an onboarding that ended may still have to be found.
    await sql`
      alter table offboardings
        add column onboarding_id uuid,
        drop constraint offboardings_of_nobody,
        add constraint offboardings_of_nobody
          check ((state = 'none') = (user_id is null and onboarding_id is null)),
        drop constraint offboardings_done_completely,
        add constraint offboardings_done_completely check (
          (state = 'done') = (completed_at is not null)
          and (tokens_until is not null) = (state = 'done' and user_id is not null))`.execute(db)
    await sql`
      create index offboardings_of_onboarding on offboardings (onboarding_id) where onboarding_id is not null`.execute(
      db,
    )
  },

  async down(db: Kysely<unknown>) {
    await sql`drop index offboardings_of_onboarding`.execute(db)
    await sql`delete from offboardings where user_id is null and onboarding_id is not null`.execute(db)
    await sql`
      alter table offboardings
        drop constraint offboardings_of_nobody,
        drop column onboarding_id,
        add constraint offboardings_of_nobody check ((state = 'none') = (user_id is null)),
        drop constraint offboardings_done_completely,
        add constraint offboardings_done_completely
          check ((state = 'done') = (completed_at is not null) and (state = 'done') = (tokens_until is not null))`.execute(
      db,
    )
    await sql`drop table onboardings`.execute(db)
  },
}
