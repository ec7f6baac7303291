import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import type { MailText } from './mail.ts'

export type OutgoingMail = MailText & {
  /** Id of the mail, the same at every attempt: mail programs show two copies of one Message-ID once. */
  readonly id: string
  readonly to: string
}

export type MailTransport = {
  /**
   * Resolves once the mail server has taken the mail over.
   * @throws {MailboxRefused} when the mailbox will never take it; any other error may pass
   */
  send(mail: OutgoingMail): Promise<void>
  close(): Promise<void>
}

/** The server refuses this mailbox for good (RFC 5321 §4.2.1: a reply of 5yz to its recipient or content). */
export class MailboxRefused extends Error {}

/** A mail server that does not answer must not hold the worker. Milliseconds. */
const CONNECT_WITHIN_MS = 5000
const ANSWER_WITHIN_MS = 15_000

/**
 * Mails through an SMTP server.
 * @param url `smtp://` or `smtps://`, with credentials where the server wants some
 * @param from the address of the sender, with a name if any (RFC 5322)
 */
export function createSmtpTransport(url: string, from: string): MailTransport {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: 5,
    // Sending again is the queue's business, which knows what has become of the link.
    maxRequeues: 0,
    connectionTimeout: CONNECT_WITHIN_MS,
    greetingTimeout: CONNECT_WITHIN_MS,
    socketTimeout: ANSWER_WITHIN_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    async send(mail) {
      try {
        await transport.sendMail(toMessage(mail, from))
      } catch (error) {
        throw isRefusal(error) ? new MailboxRefused(error.message, { cause: error }) : error
      }
    },
    close: async () => transport.close(),
  }
}

/** Mails as files, for development: each is one `.eml` that any mail program opens. */
export function createDirectoryTransport(directory: string, from: string): MailTransport {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'unix' })
  return {
    async send(mail) {
      const { message } = await transport.sendMail(toMessage(mail, from))
      await mkdir(directory, { recursive: true, mode: 0o700 })
      const file = join(directory, `${mail.id}-${mail.to.replace(/[^\w.@+-]/g, '_')}.eml`)
      await writeFile(`${file}.part`, message, { mode: 0o600 })
      await rename(`${file}.part`, file)
    },
    close: async () => transport.close(),
  }
}

function toMessage({ id, to, subject, text, html }: OutgoingMail, from: string) {
  return {
    from,
    // As an object: no address of ours is read as a list.
    to: { name: '', address: to },
    subject,
    text,
    html,
    messageId: `<${id}@${domainOf(from)}>`,
    headers: { 'auto-submitted': 'auto-generated', 'x-auto-response-suppress': 'All' },
  }
}

const domainOf = (from: string): string => /@([^\s>]+)/.exec(from)?.[1] ?? 'localhost'

function isRefusal(error: unknown): error is Error {
  if (!(error instanceof Error) || !('responseCode' in error) || !('command' in error)) return false
  const { responseCode, command } = error
  return typeof responseCode === 'number' && responseCode >= 500 && (command === 'RCPT TO' || command === 'DATA')
}
