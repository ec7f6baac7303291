import { setTimeout as sleep } from 'node:timers/promises'
import { captureLogs, eventually, type PrivateServer, privateRedis, tcpRelay } from '@latchkey/test-kit'
import t from 'tap'
import { tokenWith } from '../hostile/forge-token.ts'
import { bearer } from '../test-server.ts'
import {
  answerTo,
  type Feed,
  freshPrefix,
  publish,
  readyServer,
  resultOf,
  session,
  untilRefused,
  untilState,
} from './feed-server.ts'

type TestScope = Parameters<typeof readyServer>[0] & Parameters<typeof tcpRelay>[0]
type FollowingOptions = { maxStalenessMs?: number; onStale?: 'accept' | 'reject' }

/** A service that knows that s0 is revoked, behind a connection that can be cut. */
async function serverBehindProxy(t: TestScope, redis: PrivateServer, options: FollowingOptions = {}) {
  const feed: Feed = { redisUrl: redis.url, prefix: freshPrefix() }
  await publish(feed, session('s0'))
  const proxy = await tcpRelay(t, redis.url)
  const logs = captureLogs()
  const revocations = { ...feed, ...options, redisUrl: proxy.url }
  const app = await readyServer(t, revocations, {}, { logger: { level: 'info', ...logs } })
  return { app, feed, proxy, logs }
}

t.test('all that is revoked while the service is cut off counts once it is back', async (t) => {
  const { app, feed, proxy } = await serverBehindProxy(t, await privateRedis(t))
  await proxy.refuse()
  await untilState(app, 'cut_off')
  await publish(feed, ...Array.from({ length: 1000 }, (_, i) => session(`s${i}`)))
  t.equal(await resultOf(app, { sid: 's0' }), 'token_revoked', 'what was known is kept')
  t.equal(await resultOf(app, { sid: 's1' }), 'ok')
  t.equal(await app.revocations.healthCheck(), 'degraded')

  await proxy.restore()
  await untilState(app, 'following')
  const headers = Array.from({ length: 1000 }, (_, i) => bearer(tokenWith({ sid: `s${i}` })))
  const replies = await Promise.all(headers.map((each) => app.inject({ url: '/me', headers: each })))
  t.equal(replies.filter((reply) => reply.json().code === 'token_revoked').length, 1000)
  t.equal(await app.revocations.healthCheck(), 'ok')
  t.match(app.revocations.status(), { known: 1000, resyncs: 1 })
})

t.test('a network that drops everything, new connections too, is noticed', async (t) => {
  const { app, feed, proxy } = await serverBehindProxy(t, await privateRedis(t))
  proxy.hang()
  await untilState(app, 'cut_off')
  await publish(feed, session('s1'))
  t.equal(await resultOf(app, { sid: 's1' }), 'ok')
  await proxy.restore()
  await untilRefused(app, { sid: 's1' })
})

t.test('a lost reply loses no revocation', async (t) => {
  const { app, feed, proxy } = await serverBehindProxy(t, await privateRedis(t))
  for (const command of ['xread', 'xinfo', 'xrange']) {
    const lost = proxy.loseReply({ to: command }).lost
    if (command === 'xrange') proxy.cut()
    await publish(feed, session(`during-${command}`))
    await lost
    await untilRefused(app, { sid: `during-${command}` })
    await untilState(app, 'following')
  }
})

t.test('with onStale accept, a service that is cut off for long accepts by what it knows', async (t) => {
  const redis = await privateRedis(t)
  const { app, proxy, logs } = await serverBehindProxy(t, redis, { maxStalenessMs: 100, onStale: 'accept' })
  await proxy.refuse()
  await eventually(() => app.revocations.status().stale, 'it is stale')
  await eventually(() => logs.text().includes('stale'), 'it is logged')
  t.equal(await resultOf(app, { sid: 's1' }), 'ok')
  t.equal(await resultOf(app, { sid: 's0' }), 'token_revoked')
  t.equal(await app.revocations.healthCheck(), 'degraded')
  await proxy.restore()
  await untilState(app, 'following')
})

t.test('with onStale reject it answers 503', async (t) => {
  const redis = await privateRedis(t)
  const { app, proxy } = await serverBehindProxy(t, redis, { maxStalenessMs: 2000, onStale: 'reject' })
  await proxy.refuse()
  await untilState(app, 'cut_off')
  t.equal(await app.revocations.healthCheck(), 'degraded', 'not at once')
  t.equal(await resultOf(app, { sid: 's1' }), 'ok')
  await eventually(() => app.revocations.status().stale, 'it is stale')
  for (const sid of ['s0', 's1']) {
    const reply = await answerTo(app, { sid })
    t.equal(reply.statusCode, 503)
    t.equal(reply.json().code, 'unavailable')
    t.equal(reply.headers['retry-after'], '1')
  }
  await t.rejects(app.revocations.healthCheck())
  await proxy.restore()
  await untilState(app, 'following')
  t.equal(await resultOf(app, { sid: 's1' }), 'ok')
  t.equal(await resultOf(app, { sid: 's0' }), 'token_revoked')
})

t.test('however little staleness is allowed, a service that follows is never stale', async (t) => {
  const { app } = await serverBehindProxy(t, await privateRedis(t), { maxStalenessMs: 0, onStale: 'reject' })
  const { resyncs } = app.revocations.status()
  for (let requests = 0; requests < 200; requests++) {
    t.equal(await resultOf(app, { sid: 's1' }), 'ok')
    await sleep(3)
  }
  t.equal(app.revocations.status().resyncs, resyncs)
})

t.test('an outage is logged once, with its reason and its end and never the password', async (t) => {
  const redis = await privateRedis(t)
  const { app, proxy, logs } = await serverBehindProxy(t, redis)
  await proxy.refuse()
  await eventually(() => app.revocations.status().lagSeconds > 1, 'it has tried several times')
  await proxy.restore()
  await untilState(app, 'following')
  const lines = logs.lines().filter(({ msg }) => String(msg).startsWith('revocation feed'))
  const reasons = lines.filter(({ msg }) => String(msg).includes('cut off')).map(({ reason }) => String(reason))
  t.ok(reasons.some((reason) => reason.includes('ECONNREFUSED')))
  t.ok(reasons.length <= 2, 'the lost connection, then why there is none')
  t.equal(lines.filter(({ msg }) => String(msg).includes('following')).length, 2)
  t.notMatch(logs.text(), new URL(redis.url).password)
})
