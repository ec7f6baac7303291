import type { ReversibleMigration } from '@latchkey/database'
import { type Kysely, sql } from 'kysely'

export const managerChains: ReversibleMigration = {
  async up(db: Kysely<unknown>) {
    // Whether somebody is above themselves. Stops at the first loop, whoever is in it.
    await sql`
      create function employees_refuse_loop(employee uuid) returns void language plpgsql as $$
      begin
        if exists (
          with recursive above (id) as (
            select manager_id from employees where id = employee
            union
            select e.manager_id from above join employees e on e.id = above.id
          )
          select from above where id = employee
        ) then
          raise exception 'an employee may not be above their own manager'
            using errcode = 'check_violation', constraint = 'employees_manager_chain_ends';
        end if;
      end $$`.execute(db)

    // One at a time for the whole table, or two writes that are fine each by itself could close a loop together. A query
    // after the wait sees what was committed during it (READ COMMITTED). Nothing is locked where no manager is set.
    await sql`
      create function employees_check_manager() returns trigger language plpgsql as $$
      begin
        perform pg_advisory_xact_lock(tg_relid::integer, 1);
        perform employees_refuse_loop(new.id);
        return null;
      end $$`.execute(db)
    await sql`
      create trigger employees_check_manager after update of manager_id on employees for each row
      when (new.manager_id is not null and new.manager_id is distinct from old.manager_id)
      execute function employees_check_manager()`.execute(db)

    // Someone new is nobody's manager yet, except of those who come in the same statement.
    await sql`
      create function employees_check_new_managers() returns trigger language plpgsql as $$
      begin
        perform employees_refuse_loop(n.id) from new_rows n
        where n.manager_id is not null and exists (select from new_rows report where report.manager_id = n.id);
        return null;
      end $$`.execute(db)
    await sql`
      create trigger employees_check_new_managers after insert on employees
      referencing new table as new_rows for each statement execute function employees_check_new_managers()`.execute(db)
  },

  async down(db: Kysely<unknown>) {
    await sql`drop trigger employees_check_manager on employees`.execute(db)
    await sql`drop trigger employees_check_new_managers on employees`.execute(db)
    await sql`drop function employees_check_manager()`.execute(db)
    await sql`drop function employees_check_new_managers()`.execute(db)
    await sql`drop function employees_refuse_loop(uuid)`.execute(db)
  },
}
