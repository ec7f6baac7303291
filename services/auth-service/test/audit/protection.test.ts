import { eventually } from '@latchkey/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { eraseAuditOf, trimAudit } from '../../src/audit/audit-repository.ts'
import { databaseOf, trailOf } from '../support/audit.ts'
import { configOf, startAuthService } from '../support/auth-service.ts'

const auth = await startAuthService(t, { variables: { TRUST_PROXY: '127.0.0.1' } })
const trail = await trailOf(auth)
const db = databaseOf(t, auth)
const admin = await auth.signInAdmin()

const rowsOf = async (table: string) => {
  const { rows } = await sql`select * from ${sql.table(table)}`.execute(db)
  return JSON.stringify(rows)
}

t.test('personal values lie in a table of their own', async (t) => {
  const from = { 'x-forwarded-for': '198.51.100.77', 'user-agent': 'Canary/7', 'x-request-id': 'canary-request' }
  const user = await auth.newUser()
  await auth.call('PATCH', '/auth/me', { token: user.accessToken, body: { fullName: 'Canary Wharf' }, headers: from })
  const [entry] = await trail({ userId: user.userId, type: 'user_updated' })
  t.match(entry, {
    ip: '198.51.100.77',
    userAgent: 'Canary/7',
    callerRequestId: 'canary-request',
    details: { changed: ['fullName'], before: { fullName: null }, after: { fullName: 'Canary Wharf' } },
  })
  t.notMatch(await rowsOf('audit_events'), /canary|198\.51/i)
  t.match(await rowsOf('audit_personal'), /Canary Wharf/)
})

const forbidden = [
  sql`update audit_events set type = 'login_failed'`,
  sql`update audit_events set count = 0`,
  sql`update audit_events set count = count + 1 where fold_key is null`,
  sql`update audit_events set fold_key = null`,
  sql`update audit_events set details = '{}', count = count + 1`,
  sql`delete from audit_events`,
  sql`truncate audit_events`,
  sql`update audit_personal set ip = '192.0.2.1'`,
  sql`delete from audit_personal`,
  sql`truncate audit_personal`,
]

t.test('an entry cannot be changed or deleted', async (t) => {
  await auth.call('POST', '/auth/login', { body: { username: 'nobody-there', password: 'wrong' } })
  const before = await trail()
  t.ok(before.some(({ type }) => type === 'login_failed'))
  const personal = await rowsOf('audit_personal')
  for (const statement of forbidden) {
    await t.rejects(statement.execute(db), /audit_(events|personal) is append-only/)
  }
  t.same(await trail(), before)
  t.equal(await rowsOf('audit_personal'), personal)
})

t.test('an erasure takes what says who a person is, leaves the events, and is an entry itself', async (t) => {
  const mine = { 'x-forwarded-for': '203.0.113.66', 'user-agent': 'Kanarie/9', 'x-request-id': 'from-203.0.113.66' }
  const user = await auth.newAccount({ fullName: 'Zelda Kanarie' })
  const body = { email: user.email, password: 'violet-harbour-sings-7', delivery: 'body' }
  const { accessToken } = (await auth.call('POST', '/auth/login', { body, headers: mine })).json()
  await auth.call('POST', '/auth/login', { body: { ...body, password: 'wrong' }, headers: mine })
  await auth.call('POST', '/auth/refresh', {
    cookies: '__Secure-refresh=x',
    headers: { ...mine, origin: 'https://a.b' },
  })
  await auth.call('PATCH', '/auth/me', {
    token: accessToken,
    body: { username: `zelda-${user.id.slice(-6)}` },
    headers: mine,
  })
  await auth.call('PATCH', `/admin/users/${user.id}`, {
    token: admin.accessToken,
    body: { fullName: 'Zelda Sparrow' },
    headers: { 'x-forwarded-for': '192.0.2.200' },
  })
  const before = await trail({ userId: user.id })
  t.match(JSON.stringify(before), /203\.0\.113\.66.*zelda|zelda.*203\.0\.113\.66/i)
  const others = await trail({ userId: admin.userId, type: 'login_succeeded' })

  const erased = { userId: user.id, addressKeys: [], timeoutMs: 1000 }
  await db.transaction().execute((trx) => eraseAuditOf(trx, erased))

  const [erasure, ...after] = await trail({ userId: user.id })
  t.match(erasure, {
    type: 'audit_erased',
    subjectId: user.id,
    actorId: null,
    ip: null,
    details: { entries: before.length },
  })
  t.same(
    after.map(({ id, type, count, requestId }) => ({ id, type, count, requestId })),
    before.map(({ id, type, count, requestId }) => ({ id, type, count, requestId })),
  )
  for (const table of ['audit_events', 'audit_personal'])
    t.notMatch(await rowsOf(table), /203\.0\.113\.66|kanarie|zelda|sparrow/i, table)
  // The administrator who changed the name is another person.
  t.match(
    after.find(({ actorId }) => actorId === admin.userId),
    { ip: '192.0.2.200', details: { changed: ['fullName'] } },
  )
  t.same(await trail({ userId: admin.userId, type: 'login_succeeded' }), others)
})

t.test('a refusal that is written after an erasure holds nothing of the person', async (t) => {
  const from = { 'x-forwarded-for': '203.0.113.99', 'user-agent': 'Late/1' }
  const user = await auth.newAccount()
  await auth.call('POST', '/auth/login', { body: { email: user.email, password: 'wrong' }, headers: from })
  const erased = await auth.call('DELETE', `/admin/users/${user.id}`, { token: admin.accessToken })
  t.equal(erased.statusCode, 204)
  const [entry] = await trail({ userId: user.id, type: 'login_failed' })
  t.match(entry, { ip: null, userAgent: null, count: 1 })
  t.notMatch(await rowsOf('audit_personal'), /203\.0\.113\.99|Late/)
})

t.test('trimming deletes what is older, and is an entry itself, once', async (t) => {
  await sql`
    insert into audit_events (id, at, type, outcome, details)
    select gen_random_uuid(), now() - interval '40 days', 'session_ended', 'success', '{}' from generate_series(1, 7)`.execute(
    db,
  )
  await sql`insert into audit_personal (event_id, ip) select id, '192.0.2.40' from audit_events where at < now() - interval '30 days'`.execute(
    db,
  )
  const kept = (await trail()).filter(({ type }) => type !== 'session_ended').length
  const cutOff = new Date(Date.now() - 30 * 24 * 3_600_000)

  // As replicas do, at once.
  await Promise.all([trimAudit(db, cutOff), trimAudit(db, cutOff)])
  await trimAudit(db, cutOff)

  const trims = await trail({ type: 'audit_trimmed' })
  t.equal(trims.length, 1)
  t.match(trims[0], { actorId: null, details: { entries: 7, before: cutOff.toISOString() } })
  t.notMatch(await rowsOf('audit_personal'), /192\.0\.2\.40/)
  t.equal((await trail()).filter(({ type }) => !/session_ended|audit_trimmed/.test(type)).length, kept)
})

t.test('AUDIT_RETENTION has the service itself trim, from its start on', async (t) => {
  await sql`
    insert into audit_events (id, at, type, outcome)
    select gen_random_uuid(), now() - days * interval '1 day', 'user_enabled', 'success'
    from unnest(array[99, 101]) as days`.execute(db)
  await startAuthService(t, { beside: auth, variables: { AUDIT_RETENTION: '100d' } })
  const trimmed = async () => (await trail({ type: 'audit_trimmed' }))[0]?.details.entries === 1
  t.ok(await eventually(trimmed))
  t.equal((await trail({ type: 'user_enabled' })).length, 1)
})

t.test('AUDIT_RETENTION is at least 30 days', (t) => {
  const retention = (text: string) => configOf(auth.environment, { AUDIT_RETENTION: text }).auditRetentionMs
  t.equal(retention('30d'), 30 * 24 * 3_600_000)
  t.throws(() => retention('29d'), /AUDIT_RETENTION must be at least 30d/)
  t.throws(() => retention('a month'), /AUDIT_RETENTION must be a duration/)
  t.equal(configOf(auth.environment).auditRetentionMs, undefined)
  t.end()
})
