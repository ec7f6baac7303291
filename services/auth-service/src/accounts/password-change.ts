import { passwordChanged } from '../audit/security-events.ts'
import type { PresentedDevice } from '../devices/known-devices.ts'
import { problems } from '../errors.ts'
import type { MailOutbox } from '../mail/mail-outbox.ts'
import type { Grant } from '../sessions/grant.ts'
import type { RenewSession } from '../sessions/renew-session.ts'
import type { ClientContext, SessionKey } from '../sessions/session.ts'
import type { PasswordHasher } from '../users/password-hasher.ts'
import type { PasswordPolicy } from '../users/password-policy.ts'
import { normalizePassword } from '../users/password-rules.ts'
import { changePassword } from '../users/user-repository.ts'
import type { AccountQuotas } from './account-quotas.ts'
import { assertAcceptablePassword } from './assert-acceptable.ts'
import type { CheckCurrentPassword } from './current-password.ts'

export type PasswordChange = { readonly currentPassword: string; readonly newPassword: string }

/**
 * Changes the password of a user who is signed in. Every session of the user ends; the one that asks gets a new one in place of it.
 * @throws `wrong_password`, `too_many_requests`, `same_password`, `invalid_request` for a weak password
 * @throws `session_ended` or `account_disabled` when that happened since the request was authenticated
 *
 * @param commit called before anything changes; it may throw to leave all as it is
 */
export type ChangePassword = (
  session: SessionKey,
  change: PasswordChange,
  from: { readonly client: ClientContext; readonly device: PresentedDevice | undefined },
  commit: () => void,
) => Promise<Grant>

type Dependencies = {
  readonly renew: RenewSession
  readonly hasher: PasswordHasher
  readonly policy: PasswordPolicy
  readonly checkCurrentPassword: CheckCurrentPassword
  readonly quotas: AccountQuotas
  readonly outbox: MailOutbox
  /** Epoch milliseconds. */
  readonly now: () => number
}

export function createChangePassword(dependencies: Dependencies): ChangePassword {
  const { renew, hasher, policy, checkCurrentPassword, quotas, outbox, now } = dependencies

  /** @returns the account, and the hash of its new password */
  async function check(session: SessionKey, { currentPassword, newPassword }: PasswordChange, client: ClientContext) {
    const account = await checkCurrentPassword(session, currentPassword, { client, operation: 'change_password' })
    if (normalizePassword(newPassword) === normalizePassword(currentPassword)) throw new problems.same_password()
    await quotas.spend(account.user.id, 'password-changes')
    const standing = 'signed_in'
    const path = '/newPassword'
    await assertAcceptablePassword(policy, { path, password: newPassword, owner: account.user, standing })
    return { account, passwordHash: await hasher.hash(newPassword, standing) }
  }

  return async (session, change, { client, device }, commit) => {
    const { userId, deviceId } = session
    const { account, passwordHash } = await check(session, change, client)
    return renew({
      session,
      client,
      device,
      commit,
      async change(trx, audit) {
        const changed = await changePassword(trx, account, passwordHash)
        if (!changed) throw new problems.wrong_password()
        await audit(passwordChanged({ userId, deviceId }))
        const facts = { at: new Date(now()).toISOString() }
        await outbox.enqueue(trx, { kind: 'password_changed', address: changed.user.email, userId, facts })
        return changed
      },
    })
  }
}
