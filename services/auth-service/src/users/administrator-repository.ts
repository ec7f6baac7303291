import { sql } from 'kysely'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'

/** Any number would do. */
const BOOTSTRAP_LOCK = 7_025_001

/** Of replicas that start together, one at a time checks whether there is an administrator, until its transaction ends. */
export async function lockBootstrap(trx: AuthTransaction): Promise<void> {
  await sql`select pg_advisory_xact_lock(${BOOTSTRAP_LOCK})`.execute(trx)
}

export async function hasAdministrator(db: AuthDatabase): Promise<boolean> {
  const row = await db
    .selectFrom('users')
    .select('id')
    .where('roles', '@>', sql<string[]>`array['admin']`)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Ids of the active administrators, whose rows no other transaction changes until this one ends. */
export async function lockActiveAdministrators(trx: AuthTransaction): Promise<string[]> {
  const rows = await trx
    .selectFrom('users')
    .select('id')
    .where('roles', '@>', sql<string[]>`array['admin']`)
    .where('status', '=', 'active')
    .orderBy('id')
    .forNoKeyUpdate()
    .execute()
  return rows.map((row) => row.id)
}

/** The active administrators, with shared locks: those who only rely on them do not wait for each other. */
export async function shareActiveAdministrators(trx: AuthTransaction): Promise<void> {
  await trx
    .selectFrom('users')
    .select('id')
    .where('roles', '@>', sql<string[]>`array['admin']`)
    .where('status', '=', 'active')
    .orderBy('id')
    .forShare()
    .execute()
}
