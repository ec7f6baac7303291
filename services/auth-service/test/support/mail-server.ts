import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

/** A mail as it arrived. */
export type ArrivedMail = { readonly from: string; readonly to: readonly string[]; readonly source: string }

/** Three digits, alone or with the text of the reply. */
type Refusal = number | { readonly code: number; readonly text: string } | undefined

type MailServerOptions = SMTPServerOptions & {
  /** Answers a recipient with a code of 4yz or 5yz. A promise keeps the client waiting. */
  readonly refuse?: (to: string) => Refusal | Promise<Refusal>
  /** The same for a mail whose text has arrived. */
  readonly refuseText?: (mail: ArrivedMail) => Refusal | Promise<Refusal>
}

/** A real SMTP server on loopback that keeps what it takes. */
export async function startMailServer(
  t: { teardown(fn: () => Promise<void>): void },
  { refuse = () => undefined, refuseText = () => undefined, ...options }: MailServerOptions = {},
) {
  const mails: ArrivedMail[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: options.onAuth ? ['STARTTLS'] : ['STARTTLS', 'AUTH'],
    allowInsecureAuth: true,
    logger: false,
    ...options,
    async onRcptTo({ address }, _session, done) {
      done(toError(await refuse(address)))
    },
    onData(stream, { envelope }, done) {
      // A sender that is killed leaves half a mail.
      stream.on('error', () => {})
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', async () => {
        const mail = {
          from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
          to: envelope.rcptTo.map(({ address }) => address),
          source: Buffer.concat(chunks).toString(),
        }
        const error = toError(await refuseText(mail))
        if (error === null) mails.push(mail)
        done(error)
      })
    },
  })
  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const { port } = server.server.address() as AddressInfo
  t.teardown(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return { url: `smtp://127.0.0.1:${port}`, port, mails }
}

function toError(refusal: Refusal): Error | null {
  if (refusal === undefined) return null
  const { code: responseCode, text } = typeof refusal === 'number' ? { code: refusal, text: 'refused' } : refusal
  return Object.assign(new Error(text), { responseCode })
}
