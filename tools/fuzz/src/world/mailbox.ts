import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { TestScope } from '@latchkey/harness'
import { SMTPServer } from 'smtp-server'

/** What the page of a mailed link is called in its address. */
export type LinkPage = 'accept' | 'verify' | 'reset' | 'email' | 'undo'

export type MailedLink = { readonly to: string; readonly page: string; readonly token: string }

export type Mailbox = {
  /** For SMTP_URL. */
  readonly url: string
  /** Every link that has arrived, in order. */
  readonly links: readonly MailedLink[]
  /** Takes the newest unused link to this page that went to such an address. */
  take(page: LinkPage, isWanted: (to: string) => boolean): MailedLink | undefined
}

/** A mail server that takes every mail and keeps the links. */
export async function startMailbox(scope: TestScope): Promise<Mailbox> {
  const links: MailedLink[] = []
  const taken = new Set<MailedLink>()
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const source = Buffer.concat(chunks).toString()
        const text = source.replace(/=\r?\n/g, '').replaceAll('=3D', '=')
        const [, page, token] = /\/(\w+)#token=([\w-]{43})/.exec(text) ?? []
        const to = envelope.rcptTo.map(({ address }) => address).join()
        if (page !== undefined && token !== undefined) links.push({ to, page, token })
        done()
      })
    },
  })
  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  scope.teardown(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    links,
    take(page, isWanted) {
      const link = links.findLast((each) => each.page === page && !taken.has(each) && isWanted(each.to.toLowerCase()))
      if (link) taken.add(link)
      return link
    },
  }
}
