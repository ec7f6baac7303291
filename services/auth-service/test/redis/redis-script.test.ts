import { connectRedis, mastersOf, testEnvironment } from '@latchkey/test-kit'
import t from 'tap'
import { createRedisDeadline } from '../../src/redis/redis-deadline.ts'
import { createScript } from '../../src/redis/redis-script.ts'

const environment = await testEnvironment(t)
const redis = connectRedis(environment.redisUrl)
t.teardown(() => redis.quit())

const COUNT = "return { 'counted', redis.call('INCRBY', KEYS[1], ARGV[1]) }"

t.test('a command that reaches Redis when its caller has long given up does nothing', async (t) => {
  const key = `${environment.redisPrefix}{late}`
  let measured = 0
  const longAgo = { notAfter: () => Date.now() - 1, measure: async () => void measured++ }
  await t.rejects(createScript(redis, 'count', COUNT, longAgo)(key, [1]), { code: 'unavailable', statusCode: 503 })
  t.equal(await redis.exists(key), 0)
  t.equal(measured, 1, 'the clock is measured again, as the caller still waits')
})

t.test('a command in time runs, whatever our own clock says', async (t) => {
  const deadline = createRedisDeadline(redis)
  t.equal(deadline.notAfter(), 0, 'no limit as long as the clock of Redis is unknown')
  await deadline.measure()
  const [seconds] = await redis.time()
  const ahead = deadline.notAfter() / 1000 - Number(seconds)
  t.ok(ahead > 0 && ahead < 5, 'a few seconds by the clock of Redis')
  const reply = await createScript(redis, 'count', COUNT, deadline)(`${environment.redisPrefix}{intime}`, [2])
  t.strictSame(reply, ['counted', 2])
})

t.test('a Redis that has forgotten a script gets it again, and runs each command once', async (t) => {
  const deadline = createRedisDeadline(redis)
  const count = createScript(redis, 'count', COUNT, deadline)
  const key = `${environment.redisPrefix}{forgotten}`
  t.strictSame(await count(key, [1]), ['counted', 1])
  await Promise.all((await mastersOf(redis)).map((node) => node.script('FLUSH')))
  const replies = await Promise.all([count(key, [1]), count(key, [1]), count(key, [1])])
  t.strictSame(replies.map((reply) => (reply as unknown[])[1]).sort(), [2, 3, 4])
})
