import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { domainToASCII } from 'node:url'
import { createTransport } from 'nodemailer'
import type { MailText } from './mail.ts'
import { toMailFailure } from './mail-failure.ts'
import { needsTls } from './mail-settings.ts'

export type OutgoingMail = MailText & {
  /** Id of the mail, the same at every attempt: mail programs show two copies of one Message-ID once. */
  readonly id: string
  readonly to: string
}

export type MailTransport = {
  /**
   * Resolves once the mail server has taken the mail over. Ends when the signal aborts.
   * @throws {MailFailure}
   */
  send(mail: OutgoingMail, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** Mails that one process sends side by side, each on a connection of its own. */
export const MAILS_AT_ONCE = 10

const CONNECT_WITHIN_MS = 10_000
const GREET_WITHIN_MS = 20_000
/** For one reply. The caller's signal bounds all of them. */
const ANSWER_WITHIN_MS = 60_000

/**
 * Mails through an SMTP server.
 * @param url `smtp://` or `smtps://`, with credentials where the server wants some
 * @param from the address of the sender, with a name if any (RFC 5322)
 */
export function createSmtpTransport(url: string, from: string): MailTransport {
  const transport = createTransport({
    url,
    requireTLS: needsTls(url),
    pool: true,
    maxConnections: MAILS_AT_ONCE,
    // Sending again is the queue's business, which knows what has become of the link.
    maxRequeues: 0,
    connectionTimeout: CONNECT_WITHIN_MS,
    dnsTimeout: CONNECT_WITHIN_MS,
    greetingTimeout: GREET_WITHIN_MS,
    socketTimeout: ANSWER_WITHIN_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    async send(mail, signal) {
      try {
        await transport.sendMail({ ...toMessage(mail, from), signal })
      } catch (error) {
        throw toMailFailure(error)
      }
    },
    close: async () => transport.close({ force: true }),
  }
}

/** Of an address in the name of a file, in characters: with the rest of the name within the 255 bytes that file systems take. */
const ADDRESS_IN_NAME = 200

/** Mails as files, for development: an `.eml` that any mail program opens, and its text, whose links can be copied from a terminal. */
export function createDirectoryTransport(directory: string, from: string): MailTransport {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'unix' })
  return {
    async send(mail) {
      const { message } = await transport.sendMail(toMessage(mail, from))
      await mkdir(directory, { recursive: true, mode: 0o700 })
      const name = join(directory, `${mail.id}-${mail.to.replace(/[^\w.@+-]/g, '_').slice(0, ADDRESS_IN_NAME)}`)
      await writeWhole(`${name}.txt`, `To: ${mail.to}\nSubject: ${mail.subject}\n\n${mail.text}`)
      await writeWhole(`${name}.eml`, message)
    },
    close: async () => transport.close(),
  }
}

async function writeWhole(file: string, content: Parameters<typeof writeFile>[1]): Promise<void> {
  await writeFile(`${file}.part`, content, { mode: 0o600 })
  await rename(`${file}.part`, file)
}

function toMessage({ id, to, subject, text, html }: OutgoingMail, from: string) {
  const sender = senderOf(from)
  return {
    // As objects: neither is read as a list.
    from: sender,
    to: { name: '', address: to },
    subject,
    text,
    html,
    messageId: `<${id}@${domainToASCII(sender.address.split('@').at(-1) ?? '') || 'localhost'}>`,
    headers: { 'auto-submitted': 'auto-generated', 'x-auto-response-suppress': 'All' },
  }
}

/** `Name <address>`, or an address alone. */
function senderOf(from: string): { name: string; address: string } {
  const [, name = '', address = from] = /^([^<]*)<(.*)>$/.exec(from) ?? []
  return { name: name.trim().replace(/^"(.*)"$/, '$1'), address }
}
