import type { AuthTransaction } from '../database/auth-database.ts'
import type { LinkRequest, LinkService } from '../links/link-service.ts'
import type { MailFacts } from '../mail/mail.ts'
import type { MailOutbox } from '../mail/mail-outbox.ts'

/** A link for the owner of an account that another person asked for. */
export type HandedLink = {
  readonly expiresAt: Date
  /** Whether a mail with the link is on its way. */
  readonly mailed: boolean
  /** Given where mails do not leave. */
  readonly link?: string
}

/**
 * Makes a link for the owner of an account, at the request of a caller who may act on it: mailed where mails leave, shown where they do
 * not, and both where they are caught as files. Undefined when its mailbox got too many of its kind.
 */
export type HandOver = (
  trx: AuthTransaction,
  request: Omit<LinkRequest, 'shown'>,
  mail?: { readonly facts?: MailFacts; readonly isUnlimited?: boolean },
) => Promise<HandedLink | undefined>

type Dependencies = { readonly links: LinkService; readonly outbox: MailOutbox; readonly showsLinks: boolean }

export function createHandOver({ links, outbox, showsLinks }: Dependencies): HandOver {
  return async (trx, request, mail = {}) => {
    const link = await links.create(trx, { ...request, shown: showsLinks })
    const { id: linkId, userId, address, purpose: kind, expiresAt } = link
    const isSent = await outbox.enqueue(trx, { kind, address, userId, linkId, ...mail })
    const handed = { expiresAt, mailed: outbox.isOn && isSent }
    // A caller who sees the link passes it on.
    if (!showsLinks) return isSent ? handed : undefined
    const url = await links.draw(trx, link)
    return url === undefined ? undefined : { ...handed, link: url }
  }
}
