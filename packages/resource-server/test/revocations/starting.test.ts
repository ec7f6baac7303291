import { captureLogs, eventually, privateRedis, tcpRelay } from '@latchkey/test-kit'
import t from 'tap'
import { tokenWith } from '../hostile/forge-token.ts'
import { bearer, buildTestServer } from '../test-server.ts'
import {
  answerTo,
  followingServer,
  freshPrefix,
  publish,
  readyServer,
  resultOf,
  session,
  untilState,
  withRedis,
} from './feed-server.ts'

const redis = await privateRedis(t)
const { url: redisUrl } = redis
const freshFeed = () => ({ redisUrl, prefix: freshPrefix() })

t.test('a service knows all earlier revocations as soon as it is ready', async (t) => {
  const feed = freshFeed()
  const ids = Array.from({ length: 2500 }, (_, i) => `s${i}`)
  await publish(feed, ...ids.map((id) => session(id)))
  const app = await readyServer(t, feed)
  t.equal(app.revocations.status().known, 2500)
  for (const sid of ['s0', 's999', 's1000', 's2499']) t.equal(await resultOf(app, { sid }), 'token_revoked')
  t.equal(await resultOf(app, { sid: 's2500' }), 'ok')
})

t.test('until the feed was read once every good token gets 503', async (t) => {
  const feed = freshFeed()
  await publish(feed, session('s1'))
  const proxy = await tcpRelay(t, redisUrl)
  await proxy.refuse()
  const app = await followingServer(t, { ...feed, redisUrl: proxy.url })
  for (const sid of ['s1', 's2']) {
    const reply = await answerTo(app, { sid })
    t.equal(reply.statusCode, 503)
    t.equal(reply.json().code, 'unavailable')
    t.equal(reply.headers['retry-after'], '1')
    t.equal(reply.headers['www-authenticate'], undefined)
  }
  t.equal(await resultOf(app, { aud: 'other' }), 'invalid_token', 'a bad token is bad in any case')
  t.equal((await app.inject('/employees')).statusCode, 401)
  t.equal((await app.inject('/open')).statusCode, 200)
  t.equal(app.revocations.status().state, 'starting')
  await t.rejects(app.revocations.healthCheck())

  await proxy.restore()
  await app.revocations.ready
  t.equal(await resultOf(app, { sid: 's1' }), 'token_revoked')
  t.equal(await resultOf(app, { sid: 's2' }), 'ok')
  t.equal(await app.revocations.healthCheck(), 'ok')
  t.equal(app.revocations.status().resyncs, 0, 'the first read is no resync')
})

t.test(
  'with a wrong password the service stays up, logs why and never the password, and starts once it is right',
  async (t) => {
    const feed = freshFeed()
    const url = new URL(redisUrl)
    url.password = 'not-the-password'
    const logs = captureLogs()
    const app = await followingServer(t, { ...feed, redisUrl: url.href }, {}, { logger: { level: 'trace', ...logs } })
    await eventually(() => logs.text().includes('WRONGPASS'), 'it is logged')
    t.equal(await resultOf(app), 'unavailable')
    t.notMatch(logs.text(), url.password)

    await withRedis(redisUrl, (admin) => admin.acl('SETUSER', 'verifier', `>${url.password}`))
    await app.revocations.ready
    t.equal(await resultOf(app), 'ok')
    t.notMatch(logs.text(), url.password)
  },
)

t.test('a Redis user who may read the feed and nothing else is enough', async (t) => {
  const feed = freshFeed()
  await withRedis(redisUrl, (admin) =>
    admin.acl(
      'SETUSER',
      'reader',
      'on',
      '>secret',
      `%R~${feed.prefix}revocations`,
      'resetchannels',
      '-@all',
      '+xread',
      '+xrange',
      '+xinfo|stream',
      '+multi',
      '+exec',
    ),
  )
  const url = new URL(redisUrl)
  url.username = 'reader'
  url.password = 'secret'
  await publish(feed, session('s1'))
  const app = await readyServer(t, { ...feed, redisUrl: url.href })
  t.equal(await resultOf(app, { sid: 's1' }), 'token_revoked')
})

t.test("entries that can't be decoded are skipped and logged, and those around them count", async (t) => {
  const feed = freshFeed()
  const exp = session('x').exp ?? ''
  const bad = [
    { kind: 'planet', id: 'mars', exp },
    { id: 's1', exp },
    { kind: 'session', exp },
    { kind: 'session', id: '', exp },
    { kind: 'session', id: 'x'.repeat(257), exp },
    { kind: 'session', id: 's1' },
    { kind: 'session', id: 's1', exp: 'soon' },
    { kind: 'session', id: 's1', exp: '1e400' },
    { kind: 'session', id: 's1', exp: -1 },
    { kind: 'session', id: 's1', exp: '9999999999999999' },
    { kind: 'user', id: 'u1', exp },
    { kind: 'user', id: 'u1', exp, ver: 'high' },
    { kind: 'user', id: 'u1', exp, ver: 1.5 },
    { a: 'b' },
  ]
  await publish(feed, session('first'), ...bad, session('x'.repeat(256)), { note: 'more', ...session('last') })
  const logs = captureLogs()
  const app = await readyServer(t, feed, {}, { logger: { level: 'info', ...logs } })
  t.match(app.revocations.status(), { known: 3, skipped: bad.length })
  for (const sid of ['first', 'last', 'x'.repeat(256)]) t.equal(await resultOf(app, { sid }), 'token_revoked')
  t.equal(await resultOf(app), 'ok')
  const lines = logs.lines().filter(({ msg }) => String(msg).includes('skipped'))
  t.match(lines, [{ count: bad.length, first: { fault: 'unknown kind' } }])

  await publish(feed, { kind: 'planet', id: 'venus' }, session('s9'))
  await eventually(async () => (await resultOf(app, { sid: 's9' })) === 'token_revoked', 'it is refused')
  t.equal(app.revocations.status().skipped, bad.length + 1)
  const metric = app.revocations.metrics.find(({ name }) => name === 'revocation_entries_skipped_total')
  t.equal(metric?.read(), bad.length + 1)
})

t.test('a key of another type is no feed', async (t) => {
  const feed = freshFeed()
  await withRedis(redisUrl, (other) => other.set(`${feed.prefix}revocations`, 'text'))
  const logs = captureLogs()
  const app = await followingServer(t, feed, {}, { logger: { level: 'info', ...logs } })
  await eventually(() => logs.text().includes('WRONGTYPE'), 'it is logged')
  t.equal(await resultOf(app), 'unavailable')
})

t.test('the next of several addresses is tried when one does not answer', async (t) => {
  const feed = freshFeed()
  await publish(feed, session('s1'))
  const proxy = await tcpRelay(t, redisUrl)
  await proxy.refuse()
  const app = await readyServer(t, { ...feed, redisUrl: `${proxy.url}, ${redisUrl}` })
  t.equal(await resultOf(app, { sid: 's1' }), 'token_revoked')
  await untilState(app, 'following')
})

t.test('without a feed a token is good until it expires, and app.revocations throws', async (t) => {
  const app = await buildTestServer()
  t.teardown(() => app.close())
  t.equal((await app.inject({ url: '/me', headers: bearer(tokenWith()) })).statusCode, 200)
  t.throws(() => app.revocations, /no feed/)
})

t.test('impossible options are refused at start-up', async (t) => {
  const feed = freshFeed()
  const unset: { redisUrl: string } = JSON.parse('{}')
  const misspelt: { onStale: 'reject' } = JSON.parse('{"onStale":"Reject"}')
  await t.rejects(buildTestServer({ revocations: unset }), TypeError)
  await t.rejects(buildTestServer({ revocations: { ...feed, ...misspelt } }), TypeError)
  await t.rejects(buildTestServer({ revocations: { ...feed, maxStalenessMs: Number.NaN } }), TypeError)
  for (const bad of ['', 'localhost:6379', 'http://:hunter2@localhost', `${redisUrl},`]) {
    await t.rejects(buildTestServer({ revocations: { ...feed, redisUrl: bad } }), /^(?!.*hunter2).*redis:\/\//)
  }
})
