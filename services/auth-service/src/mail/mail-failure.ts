/** A mail that was not sent, as far as we know. */
export class MailFailure extends Error {
  /** Whether the server refuses this mailbox for good, or its mail. */
  readonly isRefused: boolean
  /** Whether the server may have the text of the mail, and go on to deliver it. */
  readonly mayHaveLeft: boolean

  /** @param reason may be shown to administrators: no address, no link and no token is in it */
  constructor(reason: string, { isRefused, mayHaveLeft }: { isRefused: boolean; mayHaveLeft: boolean }) {
    super(reason)
    this.name = 'MailFailure'
    this.isRefused = isRefused
    this.mayHaveLeft = mayHaveLeft
  }
}

/** Permanent, and about us: the order of commands, credentials (RFC 5321 §4.2.3, RFC 4954 §6). */
const REPLIES_ABOUT_US = [503, 530, 534, 535, 538]
const COMMANDS_BEFORE_TEXT = /^(?:EHLO|HELO|STARTTLS|AUTH|MAIL FROM|RCPT TO|API)/
const CODES_BEFORE_TEXT = /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EDNS|EAUTH|ETLS)$/

/**
 * What an error of nodemailer means. The mailbox is refused by a permanent reply (5yz, RFC 5321 §4.2.1) to its recipient or to the
 * mail, or when its address cannot be written in SMTP. All else may pass.
 */
export function toMailFailure(error: unknown): MailFailure {
  if (error instanceof MailFailure) return error
  const { code, originalCode = code, command, response, responseCode }: SmtpError = { ...Object(error) }
  const reply = typeof response === 'string' ? response : undefined
  const isPermanent = Number(responseCode) >= 500 && !REPLIES_ABOUT_US.includes(Number(responseCode))
  const isInvalid = code === 'EENVELOPE' && command === 'API'
  return new MailFailure(withoutSecrets(reply ?? `mail server: ${originalCode}`), {
    isRefused: isInvalid || (isPermanent && (command === 'RCPT TO' || command === 'DATA')),
    mayHaveLeft: !COMMANDS_BEFORE_TEXT.test(String(command)) && !CODES_BEFORE_TEXT.test(String(originalCode)),
  })
}

type SmtpError = {
  readonly code?: unknown
  /** Of the system, such as `ECONNREFUSED`. */
  readonly originalCode?: unknown
  /** The one that was answered last. */
  readonly command?: unknown
  readonly response?: unknown
  readonly responseCode?: unknown
}

const MAX_REASON_LENGTH = 200

/** Servers like to quote the address, and filters the link that they object to. */
function withoutSecrets(reply: string): string {
  return reply
    .replace(/\S*@\S*/g, 'the mailbox')
    .replace(/\S*:\/\/\S*/g, 'a link')
    .replace(/[^\s.]{20,}/g, '…')
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_REASON_LENGTH)
}
