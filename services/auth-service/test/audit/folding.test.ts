import { sql } from 'kysely'
import t from 'tap'
import { createRefusalBatch } from '../../src/audit/refusal-batch.ts'
import { rateLimited } from '../../src/audit/refusal-events.ts'
import { loginFailed } from '../../src/audit/security-events.ts'
import { databaseOf, refusalsIn, trailOf } from '../support/audit.ts'
import { startAuthService, type TestService } from '../support/auth-service.ts'
import { NO_LIMITS } from '../support/limits.ts'

const PROXIES = { TRUST_PROXY: '127.0.0.1' }
const unlimited = { passwordLimits: NO_LIMITS }
const auth = await startAuthService(t, { ...unlimited, variables: PROXIES })
const second = await startAuthService(t, { ...unlimited, variables: PROXIES, beside: auth })
const trail = await trailOf(auth)
const alsoTrail = await trailOf(second)

function refuse(service: TestService, token: string, address = '192.0.2.7') {
  return service.call('GET', '/admin/users', { token, headers: { 'x-forwarded-for': address } })
}

t.test('parallel refusals at two replicas are one entry a minute, with their count', async (t) => {
  const { accessToken, userId } = await auth.newUser()
  const service = (n: number): TestService => (n % 2 === 0 ? auth : second)
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, n) => refuse(service(n), accessToken, `192.0.2.${n % 5}`)),
  )
  t.ok(answers.every(({ statusCode }) => statusCode === 403))
  await Promise.all([trail(), alsoTrail()])
  const entries = await trail({ userId, type: 'access_denied' })
  t.equal(refusalsIn(entries), 100)
  // A new minute may have begun on the way.
  t.ok(entries.length <= 2, `${entries.length} entries`)
  t.ok(entries.every(({ at, lastAt, ip }) => at <= lastAt && ip?.startsWith('192.0.2.')))
})

t.test('another account, another network and another type are another entry', async (t) => {
  const [one, other] = [await auth.newUser(), await auth.newUser()]
  await refuse(auth, one.accessToken, '198.51.100.1')
  await refuse(auth, one.accessToken, '203.0.113.1')
  await refuse(auth, one.accessToken, '2001:db8:0:1::1')
  await refuse(auth, one.accessToken, '2001:db8:0:1::2')
  await refuse(auth, one.accessToken, '2001:db8:0:2::1')
  await refuse(auth, other.accessToken, '198.51.100.1')
  await auth.call('POST', '/auth/login', {
    body: { email: one.email, password: 'wrong' },
    headers: { 'x-forwarded-for': '198.51.100.1' },
  })
  const entries = await trail({ userId: one.userId, type: 'access_denied' })
  t.same(entries.map(({ ip }) => ip).reverse(), ['198.51.100.1', '203.0.113.1', '2001:db8:0:1::1', '2001:db8:0:2::1'])
  t.equal(refusalsIn(entries), 5)
  t.equal((await trail({ userId: other.userId, type: 'access_denied' })).length, 1)
  t.equal((await trail({ userId: one.userId, type: 'login_failed' })).length, 1)
})

t.test('an address that is none counts as the nearest that is one', async (t) => {
  const user = await auth.newUser()
  const from = ['garbage', '203.0.113.9:4444', 'unknown', '[2001:db8::1]:99', '999.1.1.1', 'fe80::1%text-of-my-choice']
  for (const address of from) t.equal((await refuse(auth, user.accessToken, address)).statusCode, 403, address)
  const entries = await trail({ userId: user.userId, type: 'access_denied' })
  t.same(entries.map(({ ip }) => ip).sort(), ['127.0.0.1', '2001:db8::1', '203.0.113.9', 'fe80::1'])
})

t.test('a refusal is written within seconds although nobody asks, and when the service stops', async (t) => {
  const db = databaseOf(t, auth)
  const countOf = async (userId: string) => {
    const { rows } = await sql<{ count: string }>`select coalesce(sum(count), 0) as count from audit_events
      where actor_id = ${userId} and type = 'access_denied'`.execute(db)
    return Number(rows[0]?.count)
  }
  const user = await auth.newUser()
  await refuse(auth, user.accessToken)
  while ((await countOf(user.userId)) < 1) await new Promise((resolve) => setTimeout(resolve, 100))

  const third = await startAuthService(t, { beside: auth })
  await refuse(third, user.accessToken)
  await third.app.close()
  t.equal(await countOf(user.userId), 2)
})

t.test('twenty thousand refusals from as many networks grow the database by less than a mebibyte', async (t) => {
  const db = databaseOf(t, auth)
  const sizeOf = async () => {
    const { rows } = await sql<{ bytes: string; entries: string }>`
      select pg_total_relation_size('audit_events') + pg_total_relation_size('audit_personal') as bytes,
        (select count(*) from audit_events) as entries`.execute(db)
    return { bytes: Number(rows[0]?.bytes), entries: Number(rows[0]?.entries) }
  }
  const before = await sizeOf()
  const MANY = 20_000
  const headers = (n: number) => ({
    'x-forwarded-for': `10.${n % 200}.${Math.floor(n / 200)}.1`,
    origin: 'https://a.b',
  })
  for (let n = 0; n < MANY; n += 100) {
    await Promise.all(
      Array.from({ length: 100 }, (_, each) =>
        auth.call('POST', '/auth/refresh', { cookies: '__Secure-refresh=x', headers: headers(n + each) }),
      ),
    )
  }
  const entries = await trail({ type: 'csrf_rejected' })
  const after = await sizeOf()
  t.equal(refusalsIn(entries), MANY)
  t.match(
    entries.find(({ actorId, ip }) => actorId === null && ip === null),
    { details: { source: 'several' } },
  )
  t.ok(after.entries - before.entries < 500, `${after.entries - before.entries} entries`)
  t.ok(after.bytes - before.bytes < 1024 * 1024, `${after.bytes - before.bytes} bytes`)
})

const origin = (n: number) => ({ actorId: null, ip: `10.0.${n % 250}.${Math.floor(n / 250)}`, requestId: 'r' })

t.test('the batch in memory is bounded, also while nothing can be written', async (t) => {
  const batch = createRefusalBatch()
  for (let n = 0; n < 10_000; n++) batch.add(origin(n), loginFailed(`user-${n}`, 'wrong_password'))
  const first = batch.take()
  t.ok(first.length < 100, `${first.length} entries`)
  t.equal(
    first.reduce((sum, { count }) => sum + count, 0),
    10_000,
  )

  // As after a thousand minutes of which nothing was written.
  const waiting = Array.from({ length: 3000 }, (_, n) => ({ ...first[0], foldKey: `minute-${n}` }) as (typeof first)[0])
  batch.putBack(waiting)
  batch.add(origin(1), rateLimited({ operation: 'login' }))
  const total = waiting.reduce((sum, { count }) => sum + count, 0)
  const kept = batch.take()
  t.equal(kept.length, 2)
  t.match(kept[0], { count: total, origin: { source: 'several' }, event: { type: 'login_failed' } })
})
