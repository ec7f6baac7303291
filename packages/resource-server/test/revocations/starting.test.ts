import { captureLogs, eventually, privateRedis } from '@latchkey/test-kit'
import t from 'tap'
import { tokenWith } from '../hostile/forge-token.ts'
import { bearer, buildTestServer } from '../test-server.ts'
import { followingServer, freshPrefix, publish, readyServer, resultOf, session, withRedis } from './feed-server.ts'

const { url: redisUrl } = await privateRedis(t)
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
