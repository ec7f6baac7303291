import { commonProblems } from '@latchkey/problems'
import type { Origin } from '../audit/audit-event.ts'
import { emailVerified } from '../audit/security-events.ts'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { WriteAs } from '../database/write-as.ts'
import type { KnownDevices } from '../devices/known-devices.ts'
import { problems } from '../errors.ts'
import { withdrawLinks } from '../links/link-repository.ts'
import type { LinkService } from '../links/link-service.ts'
import type { MailOutbox } from '../mail/mail-outbox.ts'
import { lockRecoveryShared } from '../sessions/session-event-repository.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import type { SignIn } from '../sessions/sign-in.ts'
import { verifyAddress } from '../users/address-repository.ts'
import { lockActiveAdministrators } from '../users/administrator-repository.ts'
import { lockAccount } from '../users/user-repository.ts'
import type { AccountProof, AssertOwner } from './account-proof.ts'
import { beforeChange } from './change-deadlines.ts'
import type { Erasure } from './erasure.ts'

/** How an address becomes its account's own. */
export type Verification = {
  /**
   * Sends the link again, in place of the one before; nothing for an address that is verified.
   * @throws `too_many_requests`
   */
  request(userId: string, origin: Origin): Promise<void>
  /**
   * Takes link *and* account: a reader of a mail that went to a wrong address confirms nothing.
   * @returns the token of the device, which is known from now on
   * @throws `invalid_link`; `sign_in_required` and `too_many_requests` leave the link good
   */
  confirm(token: string, proof: AccountProof, from: Pick<SignIn, 'client' | 'device'>): Promise<string>
  /**
   * The owner of the mailbox did not register: erases the account, which never had a verified address.
   * @throws `invalid_link`, also for an address that is verified by now; `last_admin`
   */
  decline(token: string, origin: Origin): Promise<void>
}

type Dependencies = {
  readonly db: AuthDatabase
  readonly writeAs: WriteAs
  readonly store: SessionStore
  readonly links: LinkService
  readonly outbox: MailOutbox
  readonly erasure: Erasure
  readonly assertOwner: AssertOwner
  readonly devices: KnownDevices
}

/** A mailbox that gets no further link is asked again within the hour. */
const RETRY_AFTER_SECONDS = 3600

export function createVerification(dependencies: Dependencies): Verification {
  const { db, writeAs, store, links, outbox, erasure, assertOwner, devices } = dependencies
  return {
    async request(userId, origin) {
      if (!outbox.isOn) return
      await writeAs(origin, async (trx) => {
        const account = await lockAccount(trx, userId)
        if (!account || account.user.emailVerified) return
        await withdrawLinks(trx, userId, 'verification')
        const { id: linkId, address } = await links.create(trx, { purpose: 'verification', account })
        const isSent = await outbox.enqueue(trx, { kind: 'verification', address, userId, linkId })
        if (!isSent) throw new commonProblems.too_many_requests({ retryAfterSeconds: RETRY_AFTER_SECONDS })
      })
    },

    async confirm(token, proof, { client, device }) {
      await beforeChange(
        links
          .find(db, token, 'verification')
          .then((found) => assertOwner(found, proof, { client, operation: 'confirm_verification' })),
      )
      return writeAs(client, async (trx, audit) => {
        await lockRecoveryShared(trx)
        const { link, account } = await links.open(trx, token, 'verification')
        const userId = account.user.id
        await links.use(trx, link)
        await withdrawLinks(trx, userId, 'verification')
        await verifyAddress(trx, account)
        if (!account.user.emailVerified) await audit(emailVerified({ userId, by: 'verification' }))
        await store.invalidateSnapshot(userId)
        return devices.issueWithin(trx, account, device)
      })
    },

    async decline(token, origin) {
      const userId = await writeAs(origin, async (trx, audit) => {
        await lockRecoveryShared(trx)
        const administrators = await lockActiveAdministrators(trx)
        const { account } = await links.open(trx, token, 'verification')
        const { id, emailVerified } = account.user
        if (emailVerified) throw new problems.invalid_link()
        if (administrators.length === 1 && administrators.includes(id)) throw new problems.last_admin()
        await erasure.erase(trx, audit, { account, why: 'declined', origin })
        return id
      })
      // The link is used up: a call that failed here could not be repeated.
      await erasure.tryPurge(userId)
    },
  }
}
