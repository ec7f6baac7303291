import { ownOrigin } from '../audit/audit-event.ts'
import { administratorCreated } from '../audit/security-events.ts'
import type { WriteAs } from '../database/write-as.ts'
import { hasAdministrator, lockBootstrap } from '../users/administrator-repository.ts'
import type { PasswordHasher } from '../users/password-hasher.ts'
import { insertAccount } from '../users/user-repository.ts'

/** Creates the first administrator, unless there is an administrator. True if it was created. */
export async function createFirstAdministrator(
  writeAs: WriteAs,
  hasher: PasswordHasher,
  { email, password }: { email: string; password: string },
): Promise<boolean> {
  return writeAs(ownOrigin('settings'), async (trx, audit) => {
    await lockBootstrap(trx)
    if (await hasAdministrator(trx)) return false
    const passwordHash = await hasher.hash(password)
    const { user } = await insertAccount(trx, {
      email,
      username: 'admin',
      fullName: null,
      passwordHash,
      roles: ['admin'],
    })
    await audit(administratorCreated({ userId: user.id, email }))
    return true
  })
}
