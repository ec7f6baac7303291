import type { ReversibleMigration } from '@latchkey/database'
import { type Kysely, sql } from 'kysely'

const checkRoles = (known: string) => sql`
  alter table users
    drop constraint users_roles,
    add constraint users_roles check (roles <@ array[${sql.raw(known)}] and cardinality(roles) > 0)`

/**
 * `staff` reads employees; `user`, which did so before, is the bare account. Nobody gets `staff` here: who of the `user`s belongs
 * to the company is known to an administrator alone.
 */
export const staffRole: ReversibleMigration = {
  async up(db: Kysely<unknown>) {
    await checkRoles(`'user', 'staff', 'hr', 'admin'`).execute(db)
  },

  async down(db: Kysely<unknown>) {
    // Before, `user` could do what `staff` can.
    await sql`
      update users set roles = array(select distinct unnest(array_replace(roles, 'staff', 'user')))
      where 'staff' = any (roles)`.execute(db)
    await checkRoles(`'user', 'hr', 'admin'`).execute(db)
  },
}
