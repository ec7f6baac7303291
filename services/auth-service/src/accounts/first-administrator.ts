import { isUniqueViolation } from '@latchkey/database'
import { type SettingFault, SettingsError } from '@latchkey/service-kit/settings'
import { ownOrigin } from '../audit/audit-event.ts'
import { administratorCreated } from '../audit/security-events.ts'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import { withSavepoint } from '../database/savepoint.ts'
import type { WriteAs } from '../database/write-as.ts'
import { hasAdministrator, lockBootstrap } from '../users/administrator-repository.ts'
import { insertAccountNamedLike } from '../users/free-username.ts'
import type { PasswordHasher } from '../users/password-hasher.ts'
import type { PasswordPolicy } from '../users/password-policy.ts'
import type { Account } from '../users/user.ts'
import { findAccountByName, insertAccount, isUsernameTaken, type NewAccount } from '../users/user-repository.ts'
import { ADMIN_USERNAME } from './administrator-settings.ts'

type Dependencies = {
  readonly db: AuthDatabase
  readonly writeAs: WriteAs
  readonly hasher: PasswordHasher
  readonly policy: PasswordPolicy
}

const EMAIL_TAKEN = {
  name: 'ADMIN_EMAIL',
  message: 'must be another address: an account that is no administrator has it',
}

/**
 * Creates the first administrator, unless there is an administrator. True if it was created.
 * @throws {SettingsError} for an address that is taken, and for a password that is too easy to guess
 */
export async function createFirstAdministrator(
  { db, writeAs, hasher, policy }: Dependencies,
  { email, password }: { readonly email: string; readonly password: string },
): Promise<boolean> {
  if (await hasAdministrator(db)) return false
  const faults = await faultsOf(db, policy, email, password)
  if (faults.length > 0) throw new SettingsError(faults)
  // Before the lock, which replicas that start together wait for.
  const passwordHash = await hasher.hash(password, 'signed_in')
  try {
    return await writeAs(ownOrigin('settings'), async (trx, audit) => {
      await lockBootstrap(trx)
      if (await hasAdministrator(trx)) return false
      const { user } = await insert(trx, { email, fullName: null, passwordHash, roles: ['admin'], isVerified: true })
      await audit(administratorCreated({ userId: user.id, email }))
      return true
    })
  } catch (error) {
    throw isUniqueViolation(error, 'users_email_key') ? new SettingsError([EMAIL_TAKEN]) : error
  }
}

async function faultsOf(
  db: AuthDatabase,
  policy: PasswordPolicy,
  email: string,
  password: string,
): Promise<SettingFault[]> {
  const faults: SettingFault[] = []
  if (await isOfAnother(db, email)) faults.push(EMAIL_TAKEN)
  const objection = await policy.objection(password, { email, username: ADMIN_USERNAME }, 'signed_in')
  if (objection !== undefined) faults.push({ name: 'ADMIN_PASSWORD', message: objection })
  return faults
}

/** A replica that starts together with this one may have created the administrator. */
async function isOfAnother(db: AuthDatabase, email: string): Promise<boolean> {
  const account = await findAccountByName(db, { email })
  return account !== undefined && !account.user.roles.includes('admin')
}

async function insert(trx: AuthTransaction, account: Omit<NewAccount, 'username'>): Promise<Account> {
  try {
    return await withSavepoint(trx, () => insertAccount(trx, { ...account, username: ADMIN_USERNAME }))
  } catch (error) {
    if (!isUsernameTaken(error)) throw error
    // An older version gave it away.
    return insertAccountNamedLike(trx, ADMIN_USERNAME, account)
  }
}
