import { sql } from 'kysely'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { PasswordHasher } from './password-hasher.ts'
import { hasAdministrator, insertAccount } from './user-repository.ts'

/** Of replicas that start together, one at a time looks whether there is an administrator. Any number would do. */
const BOOTSTRAP_LOCK = 7_025_001

/** Makes the first administrator, unless there is one. True when it was made. */
export async function createFirstAdministrator(
  db: AuthDatabase,
  hasher: PasswordHasher,
  { email, password }: { email: string; password: string },
): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(${BOOTSTRAP_LOCK})`.execute(trx)
    if (await hasAdministrator(trx)) return false
    const passwordHash = await hasher.hash(password)
    await insertAccount(trx, { email, username: 'admin', fullName: null, passwordHash, roles: ['admin'] })
    return true
  })
}
