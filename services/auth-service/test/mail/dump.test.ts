import { createHash } from 'node:crypto'
import { eventually } from '@latchkey/test-kit'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { LINK_PURPOSES } from '../../src/links/link.ts'
import { refreshWith, startAuthService } from '../support/auth-service.ts'
import { dumpOf, placesOf } from '../support/dump.ts'
import { mailModule } from '../support/mail-module.ts'
import { startMailServer } from '../support/mail-server.ts'
import { startMailbox, tokenOf } from '../support/mailbox.ts'

type Dump = ReadonlyMap<string, string>

/** Hashes of link tokens in a dump, as hexadecimal digits. */
const hashesIn = (dump: Dump): Set<string> =>
  new Set(
    [...dump.values()].flatMap((text) =>
      [...text.matchAll(/"hash":"\\\\x([0-9a-f]{64})"/g)].map(([, hex]) => hex ?? ''),
    ),
  )

/** Whether anything in a dump, read as a token in whatever notation, opens a link of this dump. */
function opensAnything(dump: Dump): boolean {
  const hashes = hashesIn(dump)
  const isToken = (candidate: string): boolean => hashes.has(createHash('sha256').update(candidate).digest('hex'))
  return [...dump.values()].some((text) => {
    const words = [...text.matchAll(/[\w+/-]{43,}/g)].map(([word]) => word)
    const inHex = [...text.matchAll(/[0-9a-f]{64,}/gi)].flatMap(([hex]) => {
      const bytes = Buffer.from(hex, 'hex')
      return [bytes.toString('base64url'), bytes.toString('latin1')]
    })
    return [...words, ...inHex].some((word) => windows(word, 43).some(isToken))
  })
}

const windows = (text: string, length: number): string[] =>
  Array.from({ length: text.length - length + 1 }, (_, at) => text.slice(at, at + length))

function assertSecret(t: Test, dump: Dump, moment: string, tokens: readonly string[] = []): void {
  t.notOk(opensAnything(dump), `${moment}: nothing in the dump opens an account`)
  t.same(
    placesOf(dump, '/console/', '#token', '<p>', 'Choose a new password'),
    [],
    `${moment}: no link, and no text of a mail`,
  )
  for (const token of tokens) {
    const hex = Buffer.from(token, 'base64url').toString('hex')
    t.same(placesOf(dump, token, hex), [], `${moment}: no token that was mailed`)
  }
}

t.test('a dump taken at any moment of a mail opens no account', async (t) => {
  const [atRecipient, atText] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()]
  const [asked, texted] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let waiting = LINK_PURPOSES.length
  let arriving = LINK_PURPOSES.length
  const server = await startMailServer(t, {
    refuse() {
      if (--waiting === 0) asked.resolve()
      return atRecipient.promise
    },
    refuseText() {
      if (--arriving === 0) texted.resolve()
      return atText.promise
    },
  })
  const { db, environment, mail, newAccount, mailLink, emptied } = await mailModule(t, { smtpUrl: server.url })
  for (const purpose of LINK_PURPOSES) {
    await mailLink(purpose, await newAccount(purpose === 'invitation' ? 'invited' : 'active'))
  }
  assertSecret(t, await dumpOf(environment), 'committed')

  await mail.start()
  await asked.promise
  const drawn = await dumpOf(environment)
  t.equal(hashesIn(drawn).size, LINK_PURPOSES.length, 'the hashes are stored by now')
  assertSecret(t, drawn, 'between the commit of the hash and sending')

  atRecipient.resolve(undefined)
  await texted.promise
  assertSecret(t, await dumpOf(environment), 'sent, not taken over')

  atText.resolve(undefined)
  await emptied()
  const tokens = server.mails.map(tokenOf)
  t.equal(new Set(tokens).size, LINK_PURPOSES.length)
  const after = await dumpOf(environment)
  assertSecret(t, after, 'done', tokens)
  assertSecret(t, drawn, 'in the dump of before', tokens)

  const { rows } =
    await sql`select data, output from ${sql.table(`${environment.schema}_jobs.job`)} where name = 'mail'`.execute(db)
  for (const row of rows)
    t.match(row, { data: { key: /^[\w-]{36}$/ }, output: null }, 'a job names its mail, and holds nothing else')
})

t.test('the check of a dump finds a token in it', async (t) => {
  const token = '8Rz1kq3mN0pQ5vX7yB2cD4fG6hJ9kL1mN3pR5sT7uW0'
  const hash = `{"hash":"\\\\x${createHash('sha256').update(token).digest('hex')}"}`
  t.ok(
    opensAnything(
      new Map([
        ['a', hash],
        ['b', `xx${token}yy`],
      ]),
    ),
  )
  t.ok(
    opensAnything(
      new Map([
        ['a', hash],
        ['b', Buffer.from(token, 'base64url').toString('hex')],
      ]),
    ),
  )
  t.notOk(
    opensAnything(
      new Map([
        ['a', hash],
        ['b', 'nothing'.repeat(20)],
      ]),
    ),
  )
})

t.test(
  'no log line, audit entry, job or key of Redis has the token of a link that was used, misused or looked at',
  async (t) => {
    const mailbox = await startMailbox(t)
    const auth = await startAuthService(t, { variables: mailbox.variables })
    const { email } = await auth.newAccount()
    const post = (url: string, body: object) => auth.call('POST', url, { body })
    t.equal((await post('/auth/password/forgot', { email })).statusCode, 202)
    const token = await mailbox.nextToken(email)

    // As people paste links, and as pages and proxies would pass them on.
    await auth.call('GET', `/console/reset?token=${token}`, {
      headers: { referer: `https://id.example.test/?token=${token}` },
    })
    await post('/auth/email/undo', { token })
    await post('/auth/password/reset', { token, password: 'short' })
    const used = await post('/auth/password/reset', { token, password: 'another-violet-harbour-9' })
    t.equal(used.statusCode, 204)
    t.equal(
      (await post('/auth/password/reset', { token, password: 'another-violet-harbour-8' })).json().code,
      'invalid_link',
    )
    const user = await auth.signIn(email, { password: 'another-violet-harbour-9' })
    await refreshWith(auth, user.refreshToken)
    await eventually(() => mailbox.mailsTo(email).length >= 2, 'the notice of the change')

    const dump = await dumpOf(auth.environment)
    const audit = [...dump]
      .filter(([place]) => place.endsWith('audit_events'))
      .map(([, text]) => text)
      .join()
    t.match(audit, 'password_changed')
    const hex = Buffer.from(token, 'base64url').toString('hex')
    t.same(placesOf(dump, token, hex), [])
    t.ok(auth.logs.text().includes('mail_sent'))
    t.notOk(auth.logs.text().includes(token))
  },
)
