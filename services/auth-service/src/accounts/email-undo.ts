import type { Origin } from '../audit/audit-event.ts'
import { emailChangeUndone } from '../audit/security-events.ts'
import type { WriteAs } from '../database/write-as.ts'
import { problems } from '../errors.ts'
import { findNewestLink, withdrawLinks } from '../links/link-repository.ts'
import type { LinkService } from '../links/link-service.ts'
import type { MailOutbox } from '../mail/mail-outbox.ts'
import { lockRecoveryShared } from '../sessions/session-event-repository.ts'
import type { SessionRevoker } from '../sessions/session-revoker.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import { restoreAddress } from '../users/address-repository.ts'
import { deleteFormerAddresses, listFormerAddresses } from '../users/former-address-repository.ts'
import { type User, uniqueKey } from '../users/user.ts'
import { toConflict } from './to-conflict.ts'
import { sendUndoLinks } from './undo-links.ts'

/**
 * Takes an account back by the link that a verified mailbox got before its address changed, confirmed or not: the address is what it was, every
 * session ends, no password works until the link that goes to this mailbox sets one, and what was asked for is void. It works for a
 * week, until the next change is confirmed: of that one, the mailbox has got another link.
 * @throws `invalid_link`; `email_taken` for an address that another account has got by now, which takes clocks that disagree on the week
 */
export type UndoEmailChange = (token: string, origin: Origin) => Promise<User>

type Dependencies = {
  readonly writeAs: WriteAs
  readonly store: SessionStore
  readonly revoker: SessionRevoker
  readonly links: LinkService
  readonly outbox: MailOutbox
  /** Epoch milliseconds. */
  readonly now: () => number
}

export function createUndoEmailChange(dependencies: Dependencies): UndoEmailChange {
  const { writeAs, store, revoker, links, outbox, now } = dependencies
  return (token, origin) => {
    const undo = writeAs(origin, async (trx, audit) => {
      await lockRecoveryShared(trx)
      const { link, account } = await links.open(trx, token, 'email_undo')
      const { id: userId, email } = account.user
      const formerAddresses = await listFormerAddresses(trx, userId, new Date(now()))
      const former = formerAddresses.find(({ address }) => uniqueKey(address) === uniqueKey(link.address))
      const isUnconfirmed = uniqueKey(link.address) === uniqueKey(email)
      if (!former && !isUnconfirmed) throw new problems.invalid_link()

      await links.use(trx, link)
      // What was asked for and not confirmed dies with the version of the address; the links beside this one would survive it.
      await withdrawLinks(trx, userId, 'email_undo')
      const restored = await restoreAddress(trx, account, former)
      const asked = isUnconfirmed ? await findNewestLink(trx, userId, 'email_change') : undefined
      await audit(...emailChangeUndone({ userId, before: asked?.address ?? email, after: restored.user.email }))
      if (former) await deleteFormerAddresses(trx, userId, former.leftAtVersion)
      const remaining = formerAddresses.filter(({ leftAtVersion }) => !former || leftAtVersion < former.leftAtVersion)
      await sendUndoLinks(trx, restored, remaining, { links, outbox, isUnlimited: true })
      const { id: linkId } = await links.create(trx, { purpose: 'password_reset', account: restored })
      const address = restored.user.email
      const facts = { afterUndo: true }
      await outbox.enqueue(trx, { kind: 'password_reset', address, userId, linkId, facts, isUnlimited: true })
      await store.invalidateSnapshot(userId)
      await revoker.revokeAllNow(userId, 'password_changed', { ...origin, actorId: userId })
      return restored.user
    })
    return undo.catch((error) => {
      throw toConflict(error)
    })
  }
}
