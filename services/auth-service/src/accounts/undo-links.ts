import type { AuthTransaction } from '../database/auth-database.ts'
import type { LinkService } from '../links/link-service.ts'
import type { MailOutbox } from '../mail/mail-outbox.ts'
import type { Account } from '../users/user.ts'

/** A mailbox that may take an account back. */
type Mailbox = { readonly address: string; readonly until?: Date }

type Dependencies = {
  readonly links: LinkService
  readonly outbox: MailOutbox
  /** For links of what has been done already. */
  readonly isUnlimited?: boolean
}

/**
 * Sends each mailbox a link that takes the account back from whatever its address changes to next. A mailbox that the account has left
 * keeps that right for its week, however often the address changes: else two changes in a row would shut the owner out.
 * @returns false when one of them got too many of these links
 */
export async function sendUndoLinks(
  trx: AuthTransaction,
  account: Account,
  mailboxes: readonly Mailbox[],
  { links, outbox, isUnlimited = false }: Dependencies,
): Promise<boolean> {
  const userId = account.user.id
  for (const { address, until } of mailboxes) {
    const expiry = until && { expiresAt: until }
    const { id: linkId } = await links.create(trx, { purpose: 'email_undo', account, address, ...expiry })
    if (!(await outbox.enqueue(trx, { kind: 'email_undo', address, userId, linkId, isUnlimited }))) return false
  }
  return true
}
