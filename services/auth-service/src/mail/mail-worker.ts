import type { Attempt } from '@latchkey/job-queue'
import type { Log } from '@latchkey/problems'
import { insertAuditEvents } from '../audit/audit-repository.ts'
import { passwordResetRequested } from '../audit/security-events.ts'
import type { AuthDatabase } from '../database/auth-database.ts'
import { withdrawLinks } from '../links/link-repository.ts'
import type { DrawnLink, LinkService } from '../links/link-service.ts'
import { findAccountByName, lockAccount } from '../users/user-repository.ts'
import { isNotice, type MailKind, type MailText } from './mail.ts'
import { toMailFailure } from './mail-failure.ts'
import { attachLink, deleteMail, findOpenMail, markMailDone, recordMailFailure } from './mail-repository.ts'
import type { OpenMail } from './mail-table.ts'
import type { MailTransport } from './mail-transport.ts'
import { linkMails } from './templates/link-mails.ts'
import { notices } from './templates/notices.ts'

/** What an attempt to send a mail came to. `dropped`: there was no reason to send it, as for an address without an account. */
export const MAIL_RESULTS = ['sent', 'refused', 'expired', 'dropped', 'retry'] as const
export type MailResult = (typeof MAIL_RESULTS)[number]

/** A notice that could not be sent for so long says nothing new any more. */
const NOTICE_TTL_MS = 3 * 24 * 3600 * 1000
/** For all that an attempt exchanges with the mail server. Longer than a filter behind it takes to accept a mail: it would come twice. */
const SEND_WITHIN_MS = 60_000

type Dependencies = {
  readonly db: AuthDatabase
  readonly links: LinkService
  readonly transport: MailTransport
  readonly product: string
  readonly log: Pick<Log, 'info' | 'warn'>
  readonly onResult: (kind: MailKind, result: MailResult) => void
  /** Epoch milliseconds. */
  readonly now: () => number
}

export type SendMail = (mailId: string, stopping: AbortSignal) => Promise<Attempt>

type Letter = { readonly to: string; readonly text: MailText; readonly drawn?: DrawnLink }

/**
 * Sends one mail of the outbox. A token is drawn here and its hash committed before the mail leaves: until then nothing that is stored
 * anywhere opens an account, and afterwards only the mailbox has the token. An attempt that is repeated draws another one.
 */
export function createMailWorker(dependencies: Dependencies): SendMail {
  const { db, links, transport, product, log, onResult, now } = dependencies

  /** What to send where, or why nothing is to be sent. */
  async function compose(mail: OpenMail): Promise<Letter | 'expired' | 'dropped'> {
    const { kind, facts, address, createdAt } = mail
    if (isNotice(kind)) {
      if (createdAt.getTime() + NOTICE_TTL_MS < now()) return 'expired'
      return { to: address, text: notices[kind](facts, product) }
    }
    const linkId = mail.linkId ?? (await createLink(mail))
    const drawn = linkId === undefined ? 'closed' : await links.drawForMail(db, linkId)
    if (drawn === 'expired') return 'expired'
    if (drawn === 'closed') return 'dropped'
    const { url, link } = drawn
    const text = linkMails[link.purpose]({ url, expiresAt: link.expiresAt, product }, facts)
    // To the mailbox of the link, never to an address as somebody typed it: both compare as equal, and may be two mailboxes.
    return { to: link.address, text, drawn }
  }

  /**
   * A person who forgot a password, or registered where no answer may show which addresses are taken, named an address only: here it turns out
   * whether an account has it.
   */
  function createLink(mail: OpenMail): Promise<string | undefined> {
    return db.transaction().execute(async (trx) => {
      const found = await findAccountByName(trx, { email: mail.address })
      const account = found && (await lockAccount(trx, found.user.id))
      if (account?.user.status !== 'active') return undefined
      const { id: userId, emailVerified } = account.user
      if (mail.kind === 'verification') {
        if (emailVerified) return undefined
        await withdrawLinks(trx, userId, 'verification')
      } else if (mail.kind !== 'password_reset') return undefined
      const link = await links.create(trx, { purpose: mail.kind, account })
      await attachLink(trx, mail.id, { userId, linkId: link.id, address: link.address })
      if (mail.kind === 'password_reset') {
        const { ip = '', requestId = mail.id } = mail.facts
        await insertAuditEvents(trx, { actorId: null, ip, requestId }, [passwordResetRequested(userId)])
      }
      return link.id
    })
  }

  async function finish(
    { id, kind }: OpenMail,
    result: Exclude<MailResult, 'retry'>,
    error?: string,
  ): Promise<Attempt> {
    if (result === 'dropped') await deleteMail(db, id)
    else await markMailDone(db, id, result, result === 'sent' ? null : error)
    onResult(kind, result)
    return 'done'
  }

  return async (mailId, stopping) => {
    const mail = await findOpenMail(db, mailId)
    if (mail === undefined) return 'done'
    const letter = await compose(mail)
    if (typeof letter === 'string') return finish(mail, letter)
    const { to, text, drawn } = letter
    const fields = { mailId, kind: mail.kind }
    try {
      await transport.send(
        { id: mailId, to, ...text },
        AbortSignal.any([stopping, AbortSignal.timeout(SEND_WITHIN_MS)]),
      )
    } catch (error) {
      const { message: reason, isRefused, mayHaveLeft } = toMailFailure(error)
      if (!mayHaveLeft) await drawn?.discard()
      if (isRefused) {
        log.warn({ ...fields, reason }, 'mail refused: its mailbox does not exist, or does not take it')
        return finish(mail, 'refused', reason)
      }
      await recordMailFailure(db, mailId, reason)
      onResult(mail.kind, 'retry')
      log.warn({ ...fields, reason }, 'mail not sent: it will be tried again')
      return 'retry'
    }
    log.info({ ...fields, event: 'mail_sent' }, 'mail sent')
    return finish(mail, 'sent')
  }
}
