import { readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { tcpRelay } from '@latchkey/test-kit'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { MailFailure } from '../../src/mail/mail-failure.ts'
import { createDirectoryTransport, createSmtpTransport, type OutgoingMail } from '../../src/mail/mail-transport.ts'
import { startMailServer } from '../support/mail-server.ts'

const FROM = 'Latchkey <no-reply@latchkey.example>'
const LINK = 'https://id.example/console/reset#token=8Rz1kq3mN0pQ5vX7yB2cD4fG6hJ9kL1mN3pR5sT7uW0'
const mail: OutgoingMail = {
  id: '01a1fa35-f9ed-7271-92b6-0823438b6162',
  to: 'ada@example.com',
  subject: 'Hello — Zoë',
  text: `A text.\n\n${LINK}\n`,
  html: '<p>A text.</p>\n',
}
const never = new AbortController().signal

/** Sends one mail; resolves to the failure, if any. */
async function send(
  t: Test,
  url: string,
  changes: Partial<OutgoingMail> = {},
  signal = never,
): Promise<MailFailure | undefined> {
  const transport = createSmtpTransport(url, FROM)
  t.teardown(() => transport.close())
  try {
    await transport.send({ ...mail, ...changes }, signal)
    return undefined
  } catch (error) {
    if (error instanceof MailFailure) return error
    throw error
  }
}

t.test('a mail arrives as text and HTML, from the configured sender', async (t) => {
  const server = await startMailServer(t)
  t.equal(await send(t, server.url), undefined)
  t.match(server.mails, [{ from: 'no-reply@latchkey.example', to: ['ada@example.com'] }])
  const source = server.mails[0]?.source ?? ''
  t.match(source, /^From: Latchkey <no-reply@latchkey\.example>\r?$/m)
  t.match(source, /^To: ada@example\.com\r?$/m)
  t.match(source, /^Auto-Submitted: auto-generated\r?$/m)
  t.match(source, /Content-Type: text\/plain/)
  t.match(source, /Content-Type: text\/html/)
})

t.test('the name of the sender may have a comma in it', async (t) => {
  const server = await startMailServer(t)
  const transport = createSmtpTransport(server.url, 'Acme, Inc. <no-reply@latchkey.example>')
  t.teardown(() => transport.close())
  await transport.send(mail, never)
  t.equal(server.mails[0]?.from, 'no-reply@latchkey.example')
  t.match(server.mails[0]?.source, /^From: "Acme, Inc\." <no-reply@latchkey\.example>\r?$/m)
})

t.test('a mail that is sent twice has one Message-ID, so that mail programs show it once', async (t) => {
  const server = await startMailServer(t)
  await send(t, server.url)
  await send(t, server.url)
  const ids = server.mails.map(({ source }) => /^Message-ID: (.*?)\r?$/im.exec(source)?.[1])
  t.same(ids, Array(2).fill('<01a1fa35-f9ed-7271-92b6-0823438b6162@latchkey.example>'))
})

for (const address of ["!#$%&'*+/=?^_`{|}~-.x@example.com", `${'l'.repeat(64)}@example.com`, 'ADA@example.com']) {
  t.test(`the mailbox ${address} gets its mail`, async (t) => {
    const server = await startMailServer(t)
    t.equal(await send(t, server.url, { to: address }), undefined)
    t.same(server.mails[0]?.to, [address])
  })
}

t.test('a domain with other letters is sent in ASCII', async (t) => {
  const server = await startMailServer(t)
  let sent = ''
  const relay = await tcpRelay(t, server.url, {
    onChunk({ from, bytes }) {
      if (from === 'client') sent += bytes.toString()
      return undefined
    },
  })
  t.equal(await send(t, relay.url, { to: 'ada@bücher.example' }), undefined)
  t.match(sent, 'RCPT TO:<ada@xn--bcher-kva.example>')
  t.match(sent, /^To: ada@xn--bcher-kva\.example\r?$/m)
})

t.test('a mailbox with other letters is refused by a server that does not take them', async (t) => {
  const server = await startMailServer(t, {
    refuse: (to) => (/[^ -~]/.test(to) ? { code: 553, text: 'not a mailbox' } : undefined),
  })
  t.match(await send(t, server.url, { to: 'zoë@example.com' }), { isRefused: true, mayHaveLeft: false })
})

t.test('no address names a second recipient, or adds a line to the mail', async (t) => {
  const server = await startMailServer(t)
  const hostile = ['a@b.example, eve@evil.example', 'a@b.example>,<eve@evil.example', 'x: eve@evil.example;']
  const lines = ['\r\nBcc: eve@evil.example', '\nBcc: eve@evil.example\n\nText', '\r\nRCPT TO:<eve@evil.example>']
  for (const to of [
    ...hostile,
    ...lines.map((line) => `a@b.example${line}`),
    ...lines.map((line) => `a${line}@b.example`),
  ]) {
    await send(t, server.url, { to })
  }
  const recipients = server.mails.flatMap(({ to }) => to)
  t.notOk(
    recipients.some((to) => to.toLowerCase() === 'eve@evil.example'),
    `${recipients}`,
  )
  t.notOk(server.mails.some(({ source }) => /^bcc:/im.test(source)))
})

t.test('no subject adds a line to the mail', async (t) => {
  const server = await startMailServer(t)
  const transport = createSmtpTransport(server.url, FROM)
  t.teardown(() => transport.close())
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 40 }), async (text) => {
      await transport.send({ ...mail, subject: `${text}\r\nBcc: eve@evil.example` }, never)
      const [head = ''] = (server.mails.pop()?.source ?? '').split(/\r?\n\r?\n/)
      return !/^bcc:/im.test(head)
    }),
    { numRuns: 30 },
  )
  t.pass()
})

t.test('a permanent reply to the recipient or to the mail refuses the mailbox; another one may pass', async (t) => {
  const replies: [refused: boolean, code: number][] = [
    [true, 550],
    [true, 552],
    [true, 554],
    [false, 450],
    [false, 503],
    [false, 530],
  ]
  for (const [isRefused, code] of replies) {
    const atRecipient = await startMailServer(t, { refuse: () => code })
    t.match(await send(t, atRecipient.url), { isRefused, mayHaveLeft: false }, `${code} to the recipient`)
    const atText = await startMailServer(t, { refuseText: () => code })
    t.match(await send(t, atText.url), { isRefused, mayHaveLeft: true }, `${code} to the mail`)
  }
})

t.test('the reason of a failure has neither the address nor the link in it', async (t) => {
  const text = `5.7.1 <ada@example.com> blocked: ${LINK} and token=8Rz1kq3mN0pQ5vX7yB2cD4fG6hJ9kL1mN3pR5sT7uW0 in Ada@Example.com`
  const server = await startMailServer(t, { refuseText: () => ({ code: 554, text }) })
  const failure = await send(t, server.url)
  t.match(failure?.message, /^554 5\.7\.1 the mailbox blocked: a link and … in the mailbox/)
  t.equal(failure?.isRefused, true)
})

t.test('wrong credentials of ours refuse no mailbox', async (t) => {
  const server = await startMailServer(t, {
    authOptional: false,
    onAuth: (_auth, _session, done) => done(new Error('wrong password')),
  })
  t.match(await send(t, server.url.replace('smtp://', 'smtp://us:wrong@')), { isRefused: false, mayHaveLeft: false })
})

t.test('a server that is away is a failure that may pass, and nothing has left', async (t) => {
  t.match(await send(t, 'smtp://127.0.0.1:1'), {
    message: 'mail server: ECONNREFUSED',
    isRefused: false,
    mayHaveLeft: false,
  })
})

t.test('a server that accepts the connection and is silent is left when the caller gives up', async (t) => {
  const sockets = new Set<{ destroy(): void }>()
  const silent = createServer((socket) => sockets.add(socket))
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    silent.close()
  })
  const { port } = silent.address() as { port: number }
  t.match(await send(t, `smtp://127.0.0.1:${port}`, {}, AbortSignal.timeout(300)), { isRefused: false })
})

t.test('a server that falls silent after the text may have the mail', async (t) => {
  const silence = Promise.withResolvers<undefined>()
  t.teardown(() => silence.resolve(undefined))
  const server = await startMailServer(t, { refuseText: () => silence.promise })
  const failure = await send(t, server.url, {}, AbortSignal.timeout(300))
  t.match(failure, { isRefused: false, mayHaveLeft: true })
})

t.test('the longest address that there is has its mail as a file, too', async (t) => {
  const directory = t.testdir()
  const to = `${'l'.repeat(64)}@${'d'.repeat(63)}.${'e'.repeat(63)}.${'f'.repeat(53)}.example`
  t.equal(to.length, 254)
  const transport = createDirectoryTransport(directory, FROM)
  await transport.send({ ...mail, to }, never)
  t.equal(readdirSync(directory).length, 2)
  const text = readdirSync(directory).find((file) => file.endsWith('.txt')) ?? ''
  t.match(readFileSync(join(directory, text), 'utf8'), `To: ${to}\n`)
})

t.test('in development each mail is a file that its owner alone can read', async (t) => {
  const directory = join(t.testdir(), 'mail')
  const transport = createDirectoryTransport(directory, FROM)
  await transport.send({ ...mail, to: 'a/../b@example.com' }, never)
  const [file = '', text = ''] = readdirSync(directory)
  t.equal(file, '01a1fa35-f9ed-7271-92b6-0823438b6162-a_.._b@example.com.eml')
  t.equal(statSync(join(directory, file)).mode & 0o777, 0o600)
  t.match(readFileSync(join(directory, file), 'utf8'), /A text\./)
  t.equal(text, file.replace('.eml', '.txt'))
  t.equal(statSync(join(directory, text)).mode & 0o777, 0o600)
  t.match(readFileSync(join(directory, text), 'utf8'), mail.text, 'as it is, with whole links')
})
