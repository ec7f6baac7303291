import type { Attempt } from '@latchkey/job-queue'
import { insertAuditEvents } from '../audit/audit-repository.ts'
import { passwordResetRequested } from '../audit/security-events.ts'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { LinkPurpose } from '../links/link.ts'
import { findLink } from '../links/link-repository.ts'
import type { LinkService } from '../links/link-service.ts'
import { findAccountByName, lockAccount } from '../users/user-repository.ts'
import { LINK_MAILS, type MailText } from './mail.ts'
import { attachLink, findOpenMail, markMailDone, noteMailFailure } from './mail-repository.ts'
import type { MailOutcome, OutboxMail } from './mail-table.ts'
import { MailboxRefused, type MailTransport } from './mail-transport.ts'
import { linkMails } from './templates/link-mails.ts'
import { notices } from './templates/notices.ts'

/** A notice that could not be sent for so long says nothing new any more. */
const NOTICE_TTL_MS = 3 * 24 * 3600 * 1000

type Dependencies = {
  readonly db: AuthDatabase
  readonly links: LinkService
  readonly transport: MailTransport
  readonly product: string
  readonly log: { info(fields: object, text: string): void; warn(fields: object, text: string): void }
  /** Hears how each mail ended, and of each attempt that will be repeated. */
  readonly onOutcome: (kind: OutboxMail['kind'], outcome: MailOutcome | 'retry') => void
  readonly now: () => number
}

/**
 * Sends one mail of the outbox. A token is drawn here and its hash committed before the mail leaves: until then nothing that is stored
 * anywhere opens an account, and afterwards only the mailbox has the token. An attempt that is repeated draws another one.
 */
export function createMailWorker(dependencies: Dependencies): (mailId: string) => Promise<Attempt> {
  const { db, links, transport, product, log, onOutcome, now } = dependencies

  /** What to send, or why there is nothing. */
  async function compose(mail: OutboxMail): Promise<{ to: string; text: MailText } | MailOutcome> {
    if (!isLinkMail(mail.kind)) {
      if (mail.createdAt.getTime() + NOTICE_TTL_MS < now()) return 'expired'
      return { to: mail.address, text: notices[mail.kind](mail.facts, product) }
    }
    const linkId = mail.linkId ?? (await createResetLink(mail))
    const link = linkId === undefined ? undefined : await findLink(db, linkId)
    if (link === undefined || link.usedAt !== null || link.withdrawnAt !== null) return 'dropped'
    if (link.expiresAt.getTime() <= now()) return 'expired'
    const url = await links.draw(db, link)
    if (url === undefined) return 'dropped'
    // To the mailbox of the account, not as somebody spelled it: letters of another case may be another mailbox.
    const to = link.address
    return { to, text: linkMails[mail.kind]({ url, expiresAt: link.expiresAt, product }, mail.facts) }
  }

  /** Whoever forgot a password named an address only: here it turns out whether anybody has it. */
  async function createResetLink(mail: OutboxMail): Promise<string | undefined> {
    return db.transaction().execute(async (trx) => {
      const found = await findAccountByName(trx, { email: mail.address })
      const account = found && (await lockAccount(trx, found.user.id))
      if (account?.user.status !== 'active') return undefined
      const link = await links.create(trx, { purpose: 'password_reset', account })
      await attachLink(trx, mail.id, { userId: account.user.id, linkId: link.id, address: link.address })
      const { ip = '', requestId = mail.id } = mail.facts
      await insertAuditEvents(trx, { actorId: null, ip, requestId }, [passwordResetRequested(account.user.id)])
      return link.id
    })
  }

  return async (mailId) => {
    const mail = await findOpenMail(db, mailId)
    if (mail === undefined) return 'done'
    const { id, kind } = mail

    async function finish(outcome: MailOutcome, error?: string): Promise<Attempt> {
      await markMailDone(db, id, outcome, error)
      onOutcome(kind, outcome)
      return 'done'
    }

    const composed = await compose(mail)
    if (typeof composed === 'string') return finish(composed)
    const { to, text } = composed
    try {
      await transport.send({ id, to, ...text })
    } catch (error) {
      // Servers like to quote the address.
      const reason = (error instanceof Error ? error.message : String(error))
        .replaceAll(to, 'the mailbox')
        .slice(0, 500)
      if (error instanceof MailboxRefused) {
        log.warn({ mailId: id, kind, reason }, 'mail refused: its mailbox does not exist or does not take it')
        return finish('refused', reason)
      }
      await noteMailFailure(db, id, reason)
      onOutcome(kind, 'retry')
      log.warn({ mailId: id, kind, reason }, 'mail not sent yet')
      return 'retry'
    }
    log.info({ mailId: id, kind, event: 'mail_sent' }, 'mail sent')
    return finish('sent')
  }
}

const isLinkMail = (kind: OutboxMail['kind']): kind is LinkPurpose => (LINK_MAILS as readonly string[]).includes(kind)
