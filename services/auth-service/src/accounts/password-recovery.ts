import type { Origin } from '../audit/audit-event.ts'
import { emailVerified, passwordChanged } from '../audit/security-events.ts'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { WriteAs } from '../database/write-as.ts'
import type { KnownDevices } from '../devices/known-devices.ts'
import { problems } from '../errors.ts'
import type { LinkService } from '../links/link-service.ts'
import type { MailOutbox } from '../mail/mail-outbox.ts'
import type { Permissions } from '../permissions/permissions.ts'
import { lockRecoveryShared } from '../sessions/session-event-repository.ts'
import type { SessionRevoker } from '../sessions/session-revoker.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import type { SignIn } from '../sessions/sign-in.ts'
import { verifyAddress } from '../users/address-repository.ts'
import type { PasswordHasher } from '../users/password-hasher.ts'
import type { PasswordPolicy } from '../users/password-policy.ts'
import type { User } from '../users/user.ts'
import { changePassword } from '../users/user-repository.ts'
import { assertAcceptablePassword } from './assert-acceptable.ts'
import { beforeChange } from './change-deadlines.ts'
import { assertMakerHolds } from './link-authority.ts'

export type PasswordReset = { readonly token: string; readonly password: string }

/** How people who forgot their password come back. */
export type PasswordRecovery = {
  /**
   * Has a link sent to the mailbox, if an active account has this address. The request does the same, and takes as long, if none has:
   * the worker of the mail finds out.
   */
  request(email: string, origin: Origin): Promise<void>
  /**
   * Sets a new password by a mailed link, which thereby proves the mailbox. Every session ends, and none begins; the device is known from
   * now on, so that nobody can keep the owner from signing in.
   * @throws `invalid_link`; `invalid_request` for a weak password, and the link stays good
   */
  reset(reset: PasswordReset, from: Pick<SignIn, 'client' | 'device'>): Promise<{ user: User; deviceToken: string }>
}

type Dependencies = {
  readonly db: AuthDatabase
  readonly writeAs: WriteAs
  readonly store: SessionStore
  readonly revoker: SessionRevoker
  readonly links: LinkService
  readonly outbox: MailOutbox
  readonly hasher: PasswordHasher
  readonly policy: PasswordPolicy
  readonly permissions: Permissions
  readonly devices: KnownDevices
  /** Epoch milliseconds. */
  readonly now: () => number
}

export function createPasswordRecovery(dependencies: Dependencies): PasswordRecovery {
  const { db, writeAs, store, revoker, links, outbox, hasher, policy, permissions, devices, now } = dependencies

  /** @returns the hash of the new password */
  async function check({ token, password }: PasswordReset): Promise<string> {
    const { account } = await links.find(db, token, 'password_reset')
    const standing = 'link_holder'
    await assertAcceptablePassword(policy, { path: '/password', password, owner: account.user, standing })
    return hasher.hash(password, standing)
  }

  return {
    async request(email, origin) {
      if (!outbox.isOn) return
      const { ip, requestId } = origin
      await db
        .transaction()
        .execute((trx) => outbox.enqueue(trx, { kind: 'password_reset', address: email, facts: { ip, requestId } }))
    },

    async reset({ token, password }, { client, device }) {
      const passwordHash = await beforeChange(check({ token, password }))
      return writeAs(client, async (trx, audit) => {
        await lockRecoveryShared(trx)
        const accessPolicy = await permissions.share(trx)
        const opened = await links.open(trx, token, 'password_reset')
        await assertMakerHolds(trx, opened, accessPolicy)
        const { link, account } = opened
        const userId = account.user.id
        await links.use(trx, link)
        const changed = await changePassword(trx, account, passwordHash)
        if (!changed) throw new problems.invalid_link()
        await audit(passwordChanged({ userId, by: 'password_reset' }))
        // A link that was shown to an administrator says nothing about a mailbox.
        const { user } = link.shown ? changed : await verifyAddress(trx, changed)
        if (user.emailVerified && !account.user.emailVerified) {
          await audit(emailVerified({ userId, by: 'password_reset' }))
        }
        const facts = { at: new Date(now()).toISOString() }
        await outbox.enqueue(trx, { kind: 'password_changed', address: user.email, userId, facts })
        await store.invalidateSnapshot(userId)
        await revoker.revokeAllNow(userId, 'password_changed', { ...client, actorId: userId })
        return { user, deviceToken: await devices.issueWithin(trx, changed, device) }
      })
    },
  }
}
