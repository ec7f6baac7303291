import type { ReversibleMigration } from '@latchkey/database'
import { type Kysely, sql } from 'kysely'

/** What people may change of an employee, under the names of the API. */
const facts = (row: 'o' | 'n') =>
  sql.raw(`jsonb_build_object(
    'firstName', ${row}.first_name, 'lastName', ${row}.last_name, 'email', ${row}.email,
    'department', ${row}.department, 'jobTitle', ${row}.job_title, 'managerId', ${row}.manager_id,
    'hiredOn', ${row}.hired_on, 'status', ${row}.status, 'userId', ${row}.user_id)`)

export const employeeHistory: ReversibleMigration = {
  async up(db: Kysely<unknown>) {
    // No foreign key: the history stays when the employee is gone.
    await sql`
      create table employee_history (
        id bigint generated always as identity primary key,
        employee_id uuid not null,
        version integer not null,
        action text not null,
        at timestamptz(3) not null default now(),
        actor_kind text,
        actor_id text,
        request_id text,
        before jsonb not null,
        after jsonb not null,
        constraint employee_history_action_known check (action in ('created', 'updated', 'terminated', 'deleted')),
        constraint employee_history_actor_known check (actor_kind in ('user', 'client')),
        constraint employee_history_actor_whole check ((actor_kind is null) = (actor_id is null))
      )`.execute(db)
    await sql`create index employee_history_of_employee on employee_history (employee_id, id)`.execute(db)

    // A trigger, so that no way of changing an employee is forgotten, ON DELETE SET NULL included. Once per statement and
    // not per row, so that a large import pays little for it. Who acts comes from settings of the transaction, which end
    // with it: a pooled connection carries nothing over. Such a setting reads as '' once it was used and has ended.
    await sql`
      create function employees_remember() returns trigger language plpgsql as $$
      declare
        kind text := nullif(current_setting('latchkey.actor_kind', true), '');
        actor text := nullif(current_setting('latchkey.actor_id', true), '');
        request text := nullif(current_setting('latchkey.request_id', true), '');
      begin
        if tg_op = 'INSERT' then
          insert into employee_history (employee_id, version, action, actor_kind, actor_id, request_id, before, after)
          select n.id, n.version, 'created', kind, actor, request, '{}', jsonb_strip_nulls(${facts('n')})
          from new_rows n;
        elsif tg_op = 'DELETE' then
          insert into employee_history (employee_id, version, action, actor_kind, actor_id, request_id, before, after)
          select o.id, o.version, 'deleted', kind, actor, request, jsonb_strip_nulls(${facts('o')}), '{}'
          from old_rows o;
        else
          insert into employee_history (employee_id, version, action, actor_kind, actor_id, request_id, before, after)
          select n.id, n.version,
            case when n.status = 'terminated' and o.status <> 'terminated' then 'terminated' else 'updated' end,
            kind, actor, request, coalesce(change.before, '{}'), coalesce(change.after, '{}')
          from old_rows o
          join new_rows n on n.id = o.id
          cross join lateral (select ${facts('o')} as o, ${facts('n')} as n) facts
          cross join lateral (
            select jsonb_object_agg(fact, facts.o -> fact) as before, jsonb_object_agg(fact, facts.n -> fact) as after
            from jsonb_object_keys(facts.n) fact
            where facts.o -> fact is distinct from facts.n -> fact
          ) change;
        end if;
        return null;
      end $$`.execute(db)
    await sql`
      create trigger employees_remember_insert after insert on employees
      referencing new table as new_rows for each statement execute function employees_remember()`.execute(db)
    await sql`
      create trigger employees_remember_update after update on employees
      referencing old table as old_rows new table as new_rows
      for each statement execute function employees_remember()`.execute(db)
    await sql`
      create trigger employees_remember_delete after delete on employees
      referencing old table as old_rows for each statement execute function employees_remember()`.execute(db)

    await sql`
      create function employee_history_refuse_change() returns trigger language plpgsql as $$
      begin raise exception 'employee_history is append-only'; end $$`.execute(db)
    await sql`
      create trigger employee_history_append_only before update or delete or truncate on employee_history
      for each statement execute function employee_history_refuse_change()`.execute(db)
  },

  async down(db: Kysely<unknown>) {
    await sql`drop trigger employees_remember_insert on employees`.execute(db)
    await sql`drop trigger employees_remember_update on employees`.execute(db)
    await sql`drop trigger employees_remember_delete on employees`.execute(db)
    await sql`drop function employees_remember()`.execute(db)
    await sql`drop table employee_history`.execute(db)
    await sql`drop function employee_history_refuse_change()`.execute(db)
  },
}
