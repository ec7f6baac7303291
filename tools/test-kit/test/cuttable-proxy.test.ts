import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { cuttableProxy, testEnvironment } from '../src/index.ts'

async function withProxy(t: Test) {
  const { redisUrl, redisPrefix } = await testEnvironment(t)
  const direct = new Redis(redisUrl, { keyPrefix: redisPrefix })
  const proxy = await cuttableProxy(t, redisUrl)
  const options = {
    keyPrefix: redisPrefix,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    commandTimeout: 200,
    disconnectTimeout: 0,
  }
  const connectThroughProxy = (): Redis => {
    const redis = new Redis(proxy.url, options)
    redis.on('error', () => {})
    t.teardown(() => redis.disconnect())
    return redis
  }
  t.teardown(() => direct.disconnect())
  return { direct, proxy, connectThroughProxy }
}

t.test('a swallowed reply: the command is carried out, its sender never hears of it', async (t) => {
  const { direct, proxy, connectThroughProxy } = await withProxy(t)
  const redis = connectThroughProxy()
  await redis.ping()
  const swallowed = proxy.swallowNextReply('incr')
  t.equal(await redis.get('other'), null, 'other commands are answered')
  await t.rejects(redis.incr('counter'))
  await swallowed
  t.equal(await direct.get('counter'), '1')
})

t.test('a hanging connection answers late, once it is restored', async (t) => {
  const { proxy, connectThroughProxy } = await withProxy(t)
  const redis = connectThroughProxy()
  await redis.ping()
  proxy.hang()
  await t.rejects(redis.ping(), { message: 'Command timed out' })
  await proxy.restore()
  t.equal(await redis.ping(), 'PONG')
})

t.test('a refusing proxy lets nobody in until it is restored', async (t) => {
  const { proxy, connectThroughProxy } = await withProxy(t)
  await proxy.refuse()
  await t.rejects(connectThroughProxy().ping())
  await proxy.restore()
  t.equal(await connectThroughProxy().ping(), 'PONG')
})
