import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import {
  createDirectoryTransport,
  createSmtpTransport,
  MailboxRefused,
  type MailTransport,
} from '../../src/mail/mail-transport.ts'
import { startMailServer } from '../support/mail-server.ts'

const FROM = 'Latchkey <no-reply@latchkey.example>'
const mail = {
  id: '01a1fa35-f9ed-7271-92b6-0823438b6162',
  to: 'ada@example.com',
  subject: 'Hello — Zoë',
  text: 'A text.\n',
  html: '<p>A text.</p>\n',
}

function smtp(t: Test, url: string): MailTransport {
  const transport = createSmtpTransport(url, FROM)
  t.teardown(() => transport.close())
  return transport
}

t.test('a mail arrives as text and HTML, from the configured sender', async (t) => {
  const server = await startMailServer(t)
  await smtp(t, server.url).send(mail)
  t.match(server.mails, [{ from: 'no-reply@latchkey.example', to: ['ada@example.com'] }])
  const source = server.mails[0]?.source ?? ''
  t.match(source, /^From: Latchkey <no-reply@latchkey\.example>\r?$/m)
  t.match(source, /^Message-ID: <01a1fa35-f9ed-7271-92b6-0823438b6162@latchkey\.example>\r?$/m)
  t.match(source, /^Auto-Submitted: auto-generated\r?$/m)
  t.match(source, /Content-Type: text\/plain/)
  t.match(source, /Content-Type: text\/html/)
})

t.test('an address never names two recipients', async (t) => {
  const server = await startMailServer(t)
  await smtp(t, server.url)
    .send({ ...mail, to: 'ada@example.com, eve@evil.example' })
    .catch(() => {})
  t.notOk(server.mails.some(({ to }) => to.includes('eve@evil.example')))
})

t.test('a mailbox that the server refuses for good is told from a failure that may pass', async (t) => {
  const server = await startMailServer(t, { refuse: (to) => (to.startsWith('gone') ? 550 : 451) })
  const transport = smtp(t, server.url)
  const refused = await transport.send({ ...mail, to: 'gone@example.com' }).catch((error: unknown) => error)
  t.ok(refused instanceof MailboxRefused)
  const passing = await transport.send({ ...mail, to: 'full@example.com' }).catch((error: unknown) => error)
  t.ok(passing instanceof Error && !(passing instanceof MailboxRefused))
})

t.test('wrong credentials of ours refuse no mailbox', async (t) => {
  const server = await startMailServer(t, {
    authOptional: false,
    onAuth: (_auth, _session, done) => done(new Error('wrong password')),
  })
  const error = await smtp(t, server.url.replace('smtp://', 'smtp://us:wrong@'))
    .send(mail)
    .catch((reason: unknown) => reason)
  t.ok(error instanceof Error && !(error instanceof MailboxRefused))
})

t.test('a server that is away is a failure that may pass', async (t) => {
  const error = await smtp(t, 'smtp://127.0.0.1:1')
    .send(mail)
    .catch((reason: unknown) => reason)
  t.ok(error instanceof Error && !(error instanceof MailboxRefused))
})

t.test('in development each mail is a file that its owner alone can read', async (t) => {
  const directory = join(t.testdir(), 'mail')
  const transport = createDirectoryTransport(directory, FROM)
  await transport.send({ ...mail, to: 'a/../b@example.com' })
  const [file = ''] = readdirSync(directory)
  t.equal(file, '01a1fa35-f9ed-7271-92b6-0823438b6162-a_.._b@example.com.eml')
  t.equal(statSync(join(directory, file)).mode & 0o777, 0o600)
  t.match(readFileSync(join(directory, file), 'utf8'), /A text\./)
})
