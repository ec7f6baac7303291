import type { ReversibleMigration } from '@latchkey/database'
import { type Kysely, sql } from 'kysely'

const checkNewManagers = (unless: string) => sql`
  create or replace function employees_check_new_managers() returns trigger language plpgsql as $$
  begin
    ${sql.raw(unless)}
    perform employees_refuse_loop(n.id) from new_rows n
    where n.manager_id is not null and exists (select from new_rows report where report.manager_id = n.id);
    return null;
  end $$`

export const bulkInserts: ReversibleMigration = {
  async up(db: Kysely<unknown>) {
    // Rows of a file may come before their managers, and in more than one statement. Whoever does not ask for it sees no
    // difference: the constraint stays immediate.
    await sql`alter table employees alter constraint employees_manager_id_fkey deferrable initially immediate`.execute(
      db,
    )
    // A file is searched for loops as a whole before it is inserted. To walk from each of its rows to the top takes the
    // square of its length where each is the manager of the next.
    await checkNewManagers(
      `if current_setting('latchkey.managers_checked', true) = 'yes' then return null; end if;`,
    ).execute(db)
  },

  async down(db: Kysely<unknown>) {
    await checkNewManagers('').execute(db)
    await sql`alter table employees alter constraint employees_manager_id_fkey not deferrable`.execute(db)
  },
}
