import type { AuditTrail } from '../audit/create-audit.ts'
import { loginFailed } from '../audit/security-events.ts'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { KnownDevices } from '../devices/known-devices.ts'
import { problems } from '../errors.ts'
import type { Standing } from '../limits/admission.ts'
import type { SignIn } from '../sessions/sign-in.ts'
import type { PasswordGuesses } from '../users/password-guesses.ts'
import type { PasswordHasher } from '../users/password-hasher.ts'
import { type Account, isUnproved, uniqueKey } from '../users/user.ts'
import { type AccountName, findAccountByName, upgradePasswordHash } from '../users/user-repository.ts'
import type { AccountQuotas } from './account-quotas.ts'

export type Credentials = { readonly name: AccountName; readonly password: string }

const NOBODY = { id: '00000000-0000-0000-0000-000000000000' }

export type Authentication = {
  /**
   * Finds the account that the credentials belong to.
   * @throws `invalid_credentials` for an unknown account and a wrong password, alike in answer and time
   * @throws `account_disabled`, `email_unverified` after a right password, `too_many_requests`
   */
  authenticate(credentials: Credentials, from: Pick<SignIn, 'client' | 'device'>): Promise<Account>
}

type Dependencies = {
  readonly db: AuthDatabase
  readonly audit: Pick<AuditTrail, 'refuse'>
  readonly hasher: PasswordHasher
  readonly guesses: PasswordGuesses
  readonly quotas: AccountQuotas
  readonly devices: Pick<KnownDevices, 'knows'>
  /** Whether accounts that registered themselves sign in only once their address is verified. */
  readonly needsVerifiedAddress: boolean
}

export function createAuthentication(dependencies: Dependencies): Authentication {
  const { db, audit, hasher, guesses, quotas, devices, needsVerifiedAddress } = dependencies
  return {
    async authenticate({ name, password }, { client: origin, device }) {
      const account = await findAccountByName(db, name)
      // For a name without an account the same work.
      const { user: { id: userId } = NOBODY, passwordVersion = 0 } = account ?? {}
      const isKnown = device !== undefined && (await devices.knows(device, { userId, passwordVersion }))
      const attempt = {
        userId: account?.user.id,
        name: uniqueKey('email' in name ? name.email : name.username),
        address: origin.ip,
        knownDeviceId: isKnown ? device.id : undefined,
      }
      let checkedAs: Standing = 'stranger'
      const isRight = await guesses.atSignIn(attempt, (standing) => {
        checkedAs = standing
        return hasher.verify(account?.passwordHash, password, standing)
      })
      if (!account?.passwordHash || !isRight) {
        audit.refuse(origin, loginFailed(account?.user.id ?? null, account ? 'wrong_password' : 'unknown_account'))
        throw new problems.invalid_credentials()
      }
      if (account.user.status === 'disabled') {
        audit.refuse(origin, loginFailed(account.user.id, 'account_disabled'))
        throw new problems.account_disabled()
      }
      if (needsVerifiedAddress && isUnproved(account)) {
        audit.refuse(origin, loginFailed(account.user.id, 'email_unverified'))
        throw new problems.email_unverified()
      }
      // Those of known devices were counted with the guess.
      if (checkedAs === 'stranger') await quotas.spend(account.user.id, 'sign-ins')
      if (hasher.isOutdated(account.passwordHash)) {
        await upgradePasswordHash(db, account, await hasher.hash(password, 'signed_in'))
      }
      return account
    },
  }
}
