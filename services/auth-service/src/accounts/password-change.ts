import type { AuditTrail } from '../audit/create-audit.ts'
import { passwordChanged, passwordRefused } from '../audit/security-events.ts'
import type { AuthDatabase } from '../database/auth-database.ts'
import { problems } from '../errors.ts'
import type { Grant } from '../sessions/grant.ts'
import type { RenewSession } from '../sessions/renew-session.ts'
import type { ClientContext, SessionKey } from '../sessions/session.ts'
import type { PasswordHasher } from '../users/password-hasher.ts'
import { normalizePassword, type PasswordPolicy } from '../users/password-policy.ts'
import type { SignInLimiter } from '../users/sign-in-limiter.ts'
import { uniqueKey } from '../users/user.ts'
import { changePassword, findAccountForShare } from '../users/user-repository.ts'
import { assertAcceptablePassword } from './assert-acceptable.ts'
import { beforeChange } from './checks-deadline.ts'

export type PasswordChange = { readonly currentPassword: string; readonly newPassword: string }

/**
 * Changes the password of a user who is signed in. Every session of the user ends; the one that asks gets a new one in place of it.
 * @throws `wrong_password`, `too_many_requests`, `same_password`, `invalid_request` for a weak password
 * @throws `session_ended` or `account_disabled` when that happened since the request was authenticated
 */
export type ChangePassword = (session: SessionKey, change: PasswordChange, client: ClientContext) => Promise<Grant>

type Dependencies = {
  readonly db: AuthDatabase
  readonly audit: Pick<AuditTrail, 'refuse'>
  readonly renew: RenewSession
  readonly hasher: PasswordHasher
  readonly policy: PasswordPolicy
  readonly limiter: SignInLimiter
}

export function createChangePassword({ db, audit, renew, hasher, policy, limiter }: Dependencies): ChangePassword {
  /** @returns the account, and the hash of its new password */
  async function check(userId: string, { currentPassword, newPassword }: PasswordChange, client: ClientContext) {
    const account = await findAccountForShare(db, userId)
    if (!account) throw new problems.user_not_found()
    // A stolen access token must not be worth a password: guesses here count as they do at sign-in.
    const attempt = { accountName: uniqueKey(account.user.email), address: client.ip }
    await limiter.begin(attempt)
    if (!(await hasher.verify(account.passwordHash, currentPassword))) {
      audit.refuse(client, passwordRefused(userId, 'change_password'))
      throw new problems.wrong_password()
    }
    await limiter.succeeded(attempt)
    if (normalizePassword(newPassword) === normalizePassword(currentPassword)) throw new problems.same_password()
    await assertAcceptablePassword(policy, '/newPassword', newPassword, account.user)
    return { account, passwordHash: await hasher.hash(newPassword) }
  }

  return async (session, change, client) => {
    const { userId, deviceId } = session
    const { account, passwordHash } = await beforeChange(check(userId, change, client))
    return renew(session, client, async (trx, audit) => {
      const changed = await changePassword(trx, account, passwordHash)
      if (!changed) throw new problems.wrong_password()
      await audit(passwordChanged({ userId, deviceId }))
      return changed
    })
  }
}
