import { privateRedis, testEnvironment } from '@latchkey/test-kit'
import { Redis } from 'ioredis'
import t from 'tap'
import { startAuthService } from '../support/auth-service.ts'

t.test('with a Redis that may evict sessions the service does not start, and says why', async (t) => {
  const environment = await testEnvironment(t)
  const { url } = await privateRedis(t)
  const redis = new Redis(url)
  t.teardown(async () => redis.disconnect())
  const start = () => startAuthService(t, { environment: { ...environment, redisUrl: url } })
  for (const policy of ['allkeys-lru', 'volatile-ttl']) {
    await redis.config('SET', 'maxmemory-policy', policy)
    await t.rejects(start(), { message: new RegExp(`maxmemory-policy is ${policy}`) })
  }
  await redis.config('SET', 'maxmemory-policy', 'noeviction')
  t.ok((await start()).app)
})
