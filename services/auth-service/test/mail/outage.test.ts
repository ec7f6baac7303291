import { eventually, tcpRelay } from '@latchkey/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { mailModule } from '../support/mail-module.ts'
import { startMailServer } from '../support/mail-server.ts'

const HOUR_MS = 3_600_000

// `npm run test:faults -- --scenario mail-outage --cut 3600` waits for the hour.
t.test('after an hour without a mail server every mail leaves that still says something, once', async (t) => {
  let nowMs = Date.now()
  const server = await startMailServer(t, { refuse: (to) => (to.startsWith('gone') ? 550 : undefined) })
  const relay = await tcpRelay(t, server.url)
  await relay.refuse()
  const module = await mailModule(t, { smtpUrl: relay.url, now: () => nowMs })
  const { db, mail, newAccount, mailLink, enqueue, emptied } = module

  const invited = await Promise.all(Array.from({ length: 10 }, () => newAccount('invited')))
  const gone = [await newAccount('invited', 'gone-1'), await newAccount('invited', 'gone-2')]
  const forgetful = await newAccount()
  const active = await newAccount()
  for (const account of [...gone, ...invited]) await mailLink('invitation', account)
  await mailLink('password_reset', forgetful)
  await enqueue({ kind: 'new_device', address: active.user.email, userId: active.user.id })
  const mails = () => db.selectFrom('mails').selectAll().orderBy('id').execute()

  await mail.start()
  await eventually(async () => (await mails()).every(({ attempts }) => attempts >= 2), 'each was tried twice')
  for (const { outcome, last_error } of await mails()) {
    t.same([outcome, last_error], [null, 'mail server: ECONNREFUSED'])
  }
  const { rows } = await sql`select from link_tokens`.execute(db)
  t.equal(rows.length, 0, 'attempts that reached no server leave no token')

  nowMs += HOUR_MS
  await relay.restore()
  await emptied()
  t.same(
    server.mails.flatMap(({ to }) => to).sort(),
    [...invited, active].map(({ user }) => user.email).sort(),
    'each once',
  )
  const outcomes = (await mails()).map(({ outcome }) => outcome)
  t.same(outcomes, ['refused', 'refused', ...Array(10).fill('sent'), 'expired', 'sent'])
})
