import { privateRedis, testEnvironment } from '@latchkey/test-kit'
import t from 'tap'
import { startAuthService } from '../support/auth-service.ts'
import { assertOutage } from '../support/redis-outage.ts'

const redis = await privateRedis(t)
const auth = await startAuthService(t, { environment: { ...(await testEnvironment(t)), redisUrl: redis.url } })

for (const [fault, begin, end] of [
  ['killed', () => redis.kill(), () => redis.start()],
  ['stopped', () => redis.stop(), () => redis.start()],
  ['paused', async () => redis.pause(), async () => redis.resume()],
] as const) {
  t.test(
    `with every node of Redis ${fault} each call that needs it answers 503, and afterwards sessions go on where they were`,
    (t) => assertOutage(t, auth, { begin, end }),
  )
}
