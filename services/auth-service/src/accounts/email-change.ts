import { commonProblems } from '@latchkey/problems'
import { emailChanged, emailChangeRequested, emailVerified } from '../audit/security-events.ts'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { WriteAs } from '../database/write-as.ts'
import type { KnownDevices } from '../devices/known-devices.ts'
import { problems } from '../errors.ts'
import { LINK_TTL_MS } from '../links/link.ts'
import { extendUndoLinks, withdrawLinks } from '../links/link-repository.ts'
import type { LinkService } from '../links/link-service.ts'
import type { MailOutbox } from '../mail/mail-outbox.ts'
import type { ClientContext, SessionKey } from '../sessions/session.ts'
import { lockRecoveryShared } from '../sessions/session-event-repository.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import type { SignIn } from '../sessions/sign-in.ts'
import { changeAddress } from '../users/address-repository.ts'
import { deleteFormerAddress, keepVerifiedAddress, listFormerAddresses } from '../users/former-address-repository.ts'
import type { Account, User } from '../users/user.ts'
import { lockAccount } from '../users/user-repository.ts'
import type { AccountProof, AssertOwner } from './account-proof.ts'
import type { AccountQuotas } from './account-quotas.ts'
import { beforeChange } from './change-deadlines.ts'
import type { CheckCurrentPassword } from './current-password.ts'
import { isOfDomains } from './email-domain.ts'
import { toConflict } from './to-conflict.ts'
import { sendUndoLinks } from './undo-links.ts'

export type EmailChangeRequest = { readonly email: string; readonly currentPassword: string }

/** Changes of address by the owner of the account. */
export type EmailChange = {
  /**
   * Has a link sent to the new address, and another one to the present address if that is verified, which undoes the change. Nothing changes before the
   * first is confirmed; a newer request replaces the one before. Whether the new address is taken shows at the confirmation alone.
   * @throws `wrong_password`, `domain_not_allowed`, `too_many_requests`
   */
  request(session: SessionKey, request: EmailChangeRequest, client: ClientContext): Promise<void>
  /**
   * Changes the address by a mailed link, for a caller who may sign in to the account as well. The device is known from now on.
   * @throws `invalid_link`; `sign_in_required`, `email_taken` and `too_many_requests` leave the link good
   */
  confirm(
    token: string,
    proof: AccountProof,
    from: Pick<SignIn, 'client' | 'device'>,
  ): Promise<{ user: User; deviceToken: string }>
}

type Dependencies = {
  readonly db: AuthDatabase
  readonly writeAs: WriteAs
  readonly store: SessionStore
  readonly links: LinkService
  readonly outbox: MailOutbox
  readonly checkCurrentPassword: CheckCurrentPassword
  readonly quotas: AccountQuotas
  readonly assertOwner: AssertOwner
  readonly devices: KnownDevices
  /** Of addresses that accounts may have; any without. */
  readonly domains: readonly string[] | undefined
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** Without a mail that confirms the change, and one that undoes it, there is no change. Mailboxes get three an hour. */
const tooManyMails = (): Error => new commonProblems.too_many_requests({ retryAfterSeconds: 3600 })

/** A mailbox that nobody has proved takes no account over: it may be a stranger's, by a typing error. */
const provedMailbox = ({ user }: Account) => (user.emailVerified ? [{ address: user.email }] : [])

export function createEmailChange(dependencies: Dependencies): EmailChange {
  const { db, writeAs, store, links, outbox, checkCurrentPassword, quotas, assertOwner, domains, devices, now } =
    dependencies
  return {
    async request(session, { email, currentPassword }, client) {
      const { userId } = session
      const checked = await beforeChange(
        checkCurrentPassword(session, currentPassword, { client, operation: 'request_email_change' }),
      )
      if (!isOfDomains(email, domains)) throw new problems.domain_not_allowed()
      if (!outbox.isOn || email === checked.user.email) return
      await quotas.spend(userId, 'email-changes')
      await writeAs(client, async (trx, audit) => {
        const account = await lockAccount(trx, userId)
        const isSame = account?.passwordVersion === checked.passwordVersion && account.user.status === 'active'
        if (!isSame) throw new problems.wrong_password()
        await withdrawLinks(trx, userId, 'email_change')
        const { id: linkId } = await links.create(trx, { purpose: 'email_change', account, address: email })
        // Undoes the transaction: the link before stays valid.
        if (!(await outbox.enqueue(trx, { kind: 'email_change', address: email, userId, linkId }))) throw tooManyMails()
        // No change without a way back to where the account was its owner's.
        const former = await listFormerAddresses(trx, userId, new Date(now()))
        const mailboxes = [...former, ...provedMailbox(account)]
        const areSent = await sendUndoLinks(trx, account, mailboxes, { links, outbox })
        if (!areSent) throw tooManyMails()
        await audit(emailChangeRequested({ userId, email }))
      })
    },

    async confirm(token, proof, { client, device }) {
      const found = await beforeChange(
        links.find(db, token, 'email_change').then(async (link) => {
          await assertOwner(link, proof, { client, operation: 'confirm_email_change' })
          return link
        }),
      )
      const userId = found.account.user.id
      const origin = { ...client, actorId: userId }
      const confirmation = writeAs(origin, async (trx, audit) => {
        await lockRecoveryShared(trx)
        const { link, account } = await links.open(trx, token, 'email_change')
        const undoableUntil = new Date(now() + LINK_TTL_MS.email_undo)
        await links.use(trx, link)
        await keepVerifiedAddress(trx, userId, undoableUntil)
        const { user } = await changeAddress(trx, account, link.address)
        await deleteFormerAddress(trx, userId, link.address)
        const isAnnounced = await extendUndoLinks(trx, account, undoableUntil)
        // The owner verified the present address after the change was asked for: they have no link yet.
        if (!isAnnounced)
          await sendUndoLinks(trx, account, provedMailbox(account), { links, outbox, isUnlimited: true })
        await audit(...emailChanged({ userId, before: account.user.email, after: user.email }))
        if (!account.user.emailVerified) await audit(emailVerified({ userId, by: 'email_change' }))
        await store.invalidateSnapshot(userId)
        return { user, deviceToken: await devices.issueWithin(trx, account, device) }
      })
      return confirmation.catch((error) => {
        throw toConflict(error)
      })
    },
  }
}
