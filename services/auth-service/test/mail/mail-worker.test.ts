import { eventually } from '@latchkey/test-kit'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { listMailErrorsOfLinks, listMailErrorsOfUsers } from '../../src/mail/mail-status-repository.ts'
import { mailModule } from '../support/mail-module.ts'
import { startMailServer } from '../support/mail-server.ts'
import { tokenOf } from '../support/mailbox.ts'

type ServerOptions = Parameters<typeof startMailServer>[1]

async function sending(t: Test, options: ServerOptions & { now?: () => number } = {}) {
  const { now, ...serverOptions } = options
  const server = await startMailServer(t, serverOptions)
  const module = await mailModule(t, { smtpUrl: server.url, ...(now && { now }) })
  const tokens = () => server.mails.map(tokenOf)
  const open = (token: string, purpose: 'invitation' | 'password_reset') =>
    module.db.transaction().execute(async (trx) => {
      const opened = await module.links.open(trx, token, purpose)
      await module.links.use(trx, opened.link)
      return opened
    })
  return { ...module, ...server, tokens, open }
}

t.test('a mail carries a token that opens its link, of which only the hash is stored', async (t) => {
  const { db, mail, newAccount, mailLink, emptied, tokens, open, hashesOf } = await sending(t)
  await mail.start()
  const account = await newAccount()
  const link = await mailLink('password_reset', account)
  await emptied()
  const [token = ''] = tokens()
  t.equal(Buffer.from(token, 'base64url').length, 32)
  const [hash] = await hashesOf(link)
  const { rows } = await sql<{ hash: string }>`select encode(sha256(${token}::bytea), 'hex') as hash`.execute(db)
  t.equal(hash, rows[0]?.hash)
  t.equal((await open(token, 'password_reset')).account.user.id, account.user.id)
})

t.test('what is left of a mail that was sent names no mailbox', async (t) => {
  const { db, mail, newAccount, mailLink, emptied } = await sending(t)
  await mail.start()
  await mailLink('invitation', await newAccount('invited'))
  await emptied()
  const rows = await db.selectFrom('mails').selectAll().execute()
  t.match(rows, [{ address: null, facts: {}, outcome: 'sent', attempts: 1, last_error: null }])
})

t.test('a second try draws a second token, and using one kills both', async (t) => {
  let texts = 0
  const seen: string[] = []
  const { mail, newAccount, mailLink, emptied, tokens, open, hashesOf } = await sending(t, {
    refuseText: (arrived) => {
      seen.push(tokenOf(arrived))
      return ++texts === 1 ? 451 : undefined
    },
  })
  await mail.start()
  const link = await mailLink('password_reset', await newAccount())
  await emptied()
  t.equal(new Set(seen).size, 2)
  t.same(tokens(), [seen[1]])
  t.equal((await hashesOf(link)).length, 2)
  await open(seen[0] ?? '', 'password_reset')
  await t.rejects(open(seen[1] ?? '', 'password_reset'), { code: 'invalid_link' })
})

t.test('an attempt of which nothing left leaves no token behind', async (t) => {
  let tries = 0
  const { mail, newAccount, mailLink, emptied, hashesOf } = await sending(t, {
    refuse: () => (++tries < 3 ? 451 : undefined),
  })
  await mail.start()
  const link = await mailLink('password_reset', await newAccount())
  await emptied()
  t.equal(tries, 3)
  t.equal((await hashesOf(link)).length, 1)
})

t.test('a link goes to the mailbox of the account, not to the address as somebody typed it', async (t) => {
  const { mail, newAccount, enqueue, emptied, mails } = await sending(t)
  await mail.start()
  const { user } = await newAccount('active', 'ada')
  await enqueue({ kind: 'password_reset', address: 'ＡＤＡ@example.test' })
  await emptied()
  t.same(
    mails.map(({ to }) => to),
    [[user.email]],
  )
})

t.test('nothing is sent to an address that no account has, or one that is invited or disabled', async (t) => {
  const { db, mail, newAccount, enqueue, emptied, mails } = await sending(t)
  await mail.start()
  await newAccount('invited', 'invited')
  await newAccount('disabled', 'disabled')
  for (const name of ['unknown', 'invited', 'disabled'])
    await enqueue({ kind: 'password_reset', address: `${name}@example.test` })
  await emptied()
  t.same(mails, [])
  t.same(await db.selectFrom('mails').selectAll().execute(), [], 'and nothing of it is kept')
  t.same(await db.selectFrom('links').selectAll().execute(), [])
})

t.test('nothing is sent for a link that opens nothing any more', async (t) => {
  const { db, mail, newAccount, mailLink, emptied, mails } = await sending(t)
  const change = (table: 'users' | 'links', id: string, set: object) =>
    db.updateTable(table).set(set).where('id', '=', id).execute()
  const spoil: Record<string, (userId: string, linkId: string) => Promise<unknown>> = {
    'of an account that was disabled': (id) => change('users', id, { status: 'disabled' }),
    'of an account that was erased': (id) => db.deleteFrom('users').where('id', '=', id).execute(),
    'of an account with another password since': (id) => change('users', id, { password_version: 7 }),
    'of an account with another address since': (id) => change('users', id, { address_version: 7 }),
    withdrawn: (_, id) => change('links', id, { withdrawn_at: new Date() }),
    used: (_, id) => change('links', id, { used_at: new Date() }),
  }
  for (const apply of Object.values(spoil)) {
    const account = await newAccount()
    const link = await mailLink('password_reset', account)
    await apply(account.user.id, link.id)
  }
  await mail.start()
  await emptied()
  t.same(mails, [])
  t.same(await db.selectFrom('link_tokens').selectAll().execute(), [])
})

t.test('a refused mailbox is given up, and says so on the user, on the link and in the metrics', async (t) => {
  const { db, mail, newAccount, mailLink, emptied, mails } = await sending(t, {
    refuse: (to) =>
      to.startsWith('gone') ? { code: 550, text: '5.1.1 <gone@example.test>: no such user' } : undefined,
  })
  await mail.start()
  const gone = await newAccount('invited', 'gone')
  const there = await newAccount('invited')
  const [goneLink, thereLink] = [await mailLink('invitation', gone), await mailLink('invitation', there)]
  await emptied()
  t.equal(mails.length, 1)
  const reason = '550 5.1.1 the mailbox no such user'
  const users = await listMailErrorsOfUsers(db, [gone.user.id, there.user.id])
  t.same([...users], [[gone.user.id, reason]])
  const links = await listMailErrorsOfLinks(db, [goneLink.id, thereLink.id])
  t.same([...links], [[goneLink.id, reason]])
  await mail.supervise()
  t.same(readMetrics(mail), {
    mails_pending: 0,
    mail_oldest_pending_seconds: 0,
    'mail_attempts_total invitation sent': 1,
    'mail_attempts_total invitation refused': 1,
    'mail_attempts_total invitation expired': 0,
    'mail_attempts_total invitation dropped': 0,
    'mail_attempts_total invitation retry': 0,
  })
})

t.test('a mail that is sent after all clears the error', async (t) => {
  const { db, mail, newAccount, mailLink, emptied } = await sending(t)
  const account = await newAccount()
  await mailLink('password_reset', account)
  await db.updateTable('mails').set({ last_error: '451 later' }).execute()
  t.equal((await listMailErrorsOfUsers(db, [account.user.id])).size, 1)
  await mail.start()
  await emptied()
  t.equal((await listMailErrorsOfUsers(db, [account.user.id])).size, 0)
})

t.test('a link that expires while the mail server is away is given up with the last error', async (t) => {
  let nowMs = Date.now()
  const { db, mail, newAccount, mailLink, emptied, mails } = await sending(t, { refuse: () => 451, now: () => nowMs })
  await mail.start()
  const account = await newAccount()
  await mailLink('password_reset', account)
  await eventually(async () => (await listMailErrorsOfUsers(db, [account.user.id])).size === 1)
  await mail.supervise()
  nowMs += 31 * 60_000
  t.match(readMetrics(mail), { mails_pending: 1 })
  t.ok(Number(readMetrics(mail).mail_oldest_pending_seconds) > 1800)
  await emptied()
  t.match(await db.selectFrom('mails').selectAll().execute(), [{ outcome: 'expired', last_error: '451 refused' }])
  t.same(mails, [])
})

t.test('a notice that could not be sent for three days is given up', async (t) => {
  let nowMs = Date.now()
  const { db, mail, newAccount, enqueue, emptied, mails } = await sending(t, { now: () => nowMs })
  const { user } = await newAccount()
  await enqueue({ kind: 'password_changed', address: user.email, userId: user.id, facts: {} })
  nowMs += 3 * 24 * 3600_000 + 60_000
  await mail.start()
  await emptied()
  t.match(await db.selectFrom('mails').selectAll().execute(), [{ outcome: 'expired' }])
  t.same(mails, [])
})

t.test('a mailbox that keeps the server waiting holds up no other', async (t) => {
  const waiting = Promise.withResolvers<undefined>()
  t.teardown(() => waiting.resolve(undefined))
  const { mail, newAccount, mailLink, mails } = await sending(t, {
    maxClients: 50,
    refuse: (to) => (to.startsWith('slow') ? waiting.promise : undefined),
  })
  await mail.start()
  for (let n = 0; n < 5; n++) await mailLink('password_reset', await newAccount('active', `slow-${n}`))
  for (let n = 0; n < 30; n++) await mailLink('password_reset', await newAccount('active', `quick-${n}`))
  await eventually(() => mails.length === 30)
  t.equal(new Set(mails.flatMap(({ to }) => to)).size, 30)
})

t.test('a pending mail whose job is gone gets another one', async (t) => {
  let nowMs = Date.now()
  const { db, environment, mail, newAccount, mailLink, emptied, mails } = await sending(t, { now: () => nowMs })
  await mailLink('invitation', await newAccount('invited'))
  await sql`delete from ${sql.table(`${environment.schema}_jobs.job`)}`.execute(db)
  nowMs += 10 * 60_000
  await mail.start()
  await mail.supervise()
  await emptied()
  t.equal(mails.length, 1)
})

/** `name kind result`: value */
function readMetrics({ metrics }: Awaited<ReturnType<typeof mailModule>>['mail']): Record<string, number> {
  return Object.fromEntries(
    metrics.flatMap((metric) =>
      'labelNames' in metric
        ? metric.read().map(({ labels, value }) => [[metric.name, ...Object.values(labels)].join(' '), value])
        : [[metric.name, metric.read()]],
    ),
  )
}
