import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { eventually } from '@latchkey/test-kit'
import { SMTPServer } from 'smtp-server'

type Mail = { readonly to: string; readonly token: string | undefined }

/** A mail server on loopback, the settings that send auth-service's mails there, and the links in them. */
export async function startMailbox(
  t: { teardown(fn: () => Promise<void>): void },
  { refuses = () => false }: { readonly refuses?: (to: string) => boolean } = {},
) {
  const mails: Mail[] = []
  const read = new Map<string, number>()
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo({ address }, _session, done) {
      done(refuses(address) ? Object.assign(new Error('no such mailbox'), { responseCode: 550 }) : null)
    },
    async onData(stream, { envelope }, done) {
      // A sender that is killed leaves half a mail.
      const whole = await text(stream).catch(() => undefined)
      if (whole === undefined) return
      const source = whole.replace(/=\r?\n/g, '').replace(/=3D/g, '=')
      const [, token] = /#token=([\w-]{43})(?![\w-])/.exec(source) ?? []
      for (const { address } of envelope.rcptTo) mails.push({ to: address, token })
      done()
    },
  })
  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const { port } = server.server.address() as AddressInfo
  t.teardown(() => new Promise<void>((resolve) => server.close(() => resolve())))

  const linksTo = (address: string) => mails.filter(({ to, token }) => to === address && token !== undefined)
  return {
    variables: {
      SMTP_URL: `smtp://127.0.0.1:${port}`,
      MAIL_FROM: 'no-reply@latchkey.test',
      PUBLIC_URL: 'https://id.latchkey.test',
    },
    /** The tokens of all links that this address got. */
    tokensTo: (address: string): string[] => linksTo(address).map(({ token }) => token ?? ''),
    /** How many links this address got. */
    count: (address: string): number => linksTo(address).length,
    /** The token of the next link to this address that was not read yet; waits for it. */
    async nextToken(address: string): Promise<string> {
      const at = read.get(address) ?? 0
      await eventually(() => linksTo(address).length > at, `a link to ${address}`)
      read.set(address, at + 1)
      return linksTo(address)[at]?.token ?? ''
    },
  }
}
