import { eventually, privateRedis, redisUrlFor, tcpRelay } from '@latchkey/test-kit'
import { Redis } from 'ioredis'
import t from 'tap'
import { buildApp } from '../src/index.ts'
import { employeeApp, READER, readerInSession, testConfig } from './support/employee-app.ts'

const redis = await privateRedis(t)
const feed = new Redis(redis.url)
t.teardown(async () => feed.disconnect())

/** Puts the end of a session into the feed, as auth-service does. */
const endSession = (sid: string) =>
  feed.xadd('latchkey:revocations', '*', 'kind', 'session', 'id', sid, 'exp', Math.floor(Date.now() / 1000) + 1200)

async function followingApp(t: Parameters<typeof tcpRelay>[0], options: { onStale?: 'reject' } = {}) {
  const proxy = await tcpRelay(t, redisUrlFor('verifier', redis.url))
  const revocations = { redisUrl: proxy.url, maxStalenessMs: 200, ...options }
  const { app } = await employeeApp(t, (config) => ({ ...config, revocations }))
  const read = (headers: object) => app.inject({ url: '/employees', headers: { ...headers } })
  const health = () => app.operations.inject('/health/ready')
  return { app, proxy, read, health }
}

t.test('an ended session is refused, no other one is', async (t) => {
  const { app, read } = await followingApp(t)
  t.equal((await read(readerInSession('s1'))).statusCode, 200)
  await endSession('s1')
  await eventually(async () => (await read(readerInSession('s1'))).statusCode === 401)
  const refused = await read(readerInSession('s1'))
  t.equal(refused.json().code, 'token_revoked')
  t.match(refused.headers['www-authenticate'], 'error="invalid_token"')
  t.equal((await read(readerInSession('s2'))).statusCode, 200)
  t.equal((await read(READER)).statusCode, 200)

  const metrics = (await app.operations.inject('/metrics')).body
  t.match(metrics, /^revocation_feed_lag_seconds \d/m)
  t.match(metrics, /^revocations_known 1$/m)
  t.match(metrics, /^revocation_refusals_total [1-9]\d*$/m)
  t.match(metrics, /^revocation_feed_resyncs_total 0$/m)
  t.match(metrics, /^# TYPE revocation_refusals_total counter$/m)
})

t.test('without Redis it goes on with the last known revocations, and is degraded', async (t) => {
  const { proxy, read, health } = await followingApp(t)
  await endSession('s3')
  await eventually(async () => (await read(readerInSession('s3'))).statusCode === 401)
  await proxy.refuse()
  await eventually(async () => (await health()).json().status === 'degraded')
  t.match((await health()).json(), { checks: { postgres: { status: 'ok' }, revocations: { status: 'degraded' } } })
  t.equal((await health()).statusCode, 200)
  t.equal((await read(readerInSession('s3'))).statusCode, 401)
  t.equal((await read(readerInSession('s4'))).statusCode, 200)
  await endSession('s4')
  await proxy.restore()
  await eventually(async () => (await health()).json().status === 'ok')
  t.equal((await read(readerInSession('s4'))).statusCode, 401)
})

t.test('with `onStale: reject` it answers 503 when it is without Redis for too long', async (t) => {
  const { proxy, read, health } = await followingApp(t, { onStale: 'reject' })
  await proxy.refuse()
  await eventually(async () => (await health()).statusCode === 503)
  const reply = await read(READER)
  t.equal(reply.statusCode, 503)
  t.equal(reply.headers['retry-after'], '1')
  t.equal(reply.json().code, 'unavailable')
  await proxy.restore()
  await eventually(async () => (await health()).statusCode === 200)
  t.equal((await read(READER)).statusCode, 200)
})

t.test('it comes up without Redis, ready once it has read the feed', async (t) => {
  await endSession('s5')
  const proxy = await tcpRelay(t, redisUrlFor('verifier', redis.url))
  await proxy.refuse()
  const app = await buildApp({ ...(await testConfig(t)), revocations: { redisUrl: proxy.url }, logLevel: 'silent' })
  t.teardown(() => app.close())
  const ready = await app.operations.inject('/health/ready')
  t.equal(ready.statusCode, 503)
  t.match(ready.json(), { status: 'unavailable', checks: { revocations: { status: 'unavailable' } } })
  t.equal((await app.inject('/health/live')).statusCode, 200)
  const headers = readerInSession('s5')
  t.equal((await app.inject({ url: '/employees', headers })).statusCode, 503)

  await proxy.restore()
  await eventually(async () => (await app.inject('/health/ready')).statusCode === 200)
  t.equal((await app.inject({ url: '/employees', headers })).json().code, 'token_revoked')
})
