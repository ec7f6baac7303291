import type { AuthDatabase } from '../database/auth-database.ts'
import { hasAdministrator, lockBootstrap } from '../users/administrator-repository.ts'
import type { PasswordHasher } from '../users/password-hasher.ts'
import { insertAccount } from '../users/user-repository.ts'

/** Creates the first administrator, unless there is an administrator. True if it was created. */
export async function createFirstAdministrator(
  db: AuthDatabase,
  hasher: PasswordHasher,
  { email, password }: { email: string; password: string },
): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    await lockBootstrap(trx)
    if (await hasAdministrator(trx)) return false
    const passwordHash = await hasher.hash(password)
    await insertAccount(trx, { email, username: 'admin', fullName: null, passwordHash, roles: ['admin'] })
    return true
  })
}
