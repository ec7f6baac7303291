import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Scope } from '@latchkey/harness'
import { SMTPServer } from 'smtp-server'

/** A mail that the server has taken over, with the page that its link leads to. */
export type ArrivedMail = { readonly to: string; readonly page: string | undefined; readonly token: string | undefined }

export type MailServer = {
  readonly url: string
  /** In the order of their arrival. */
  readonly mails: readonly ArrivedMail[]
  /** Calls `listener` for each mail that arrives from now on. */
  subscribe(listener: (mail: ArrivedMail) => void): void
}

/** Takes every mail, except to mailboxes that begin with `refused`. Those that begin with `slow` are answered after a while. */
export async function startMailServer(scope: Scope, { slowMs = 0 }: { slowMs?: number } = {}): Promise<MailServer> {
  const mails: ArrivedMail[] = []
  const listeners: ((mail: ArrivedMail) => void)[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onRcptTo({ address }, _session, done) {
      if (address.startsWith('refused')) done(Object.assign(new Error('no such mailbox'), { responseCode: 550 }))
      else setTimeout(done, address.startsWith('slow') ? slowMs : 0)
    },
    onData(stream, { envelope }, done) {
      // A sender that is killed leaves half a mail.
      stream.on('error', () => {})
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const text = Buffer.concat(chunks)
          .toString()
          .replace(/=\r?\n/g, '')
          .replaceAll('=3D', '=')
        const [, page, token] = /\/(\w+)#token=([\w-]{43})/.exec(text) ?? []
        const mail = { to: envelope.rcptTo.map(({ address }) => address).join(), page, token }
        mails.push(mail)
        done()
        for (const listener of listeners) listener(mail)
      })
    },
  })
  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  scope.teardown(() => new Promise((resolve) => server.close(() => resolve())))
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    mails,
    subscribe: (listener) => void listeners.push(listener),
  }
}
