import { randomUUID } from 'node:crypto'
import { testEnvironment } from '@latchkey/test-kit'
import { Redis } from 'ioredis'
import t from 'tap'
import { createRedisDeadline } from '../../src/redis/redis-deadline.ts'
import { createScript } from '../../src/redis/redis-script.ts'

const environment = await testEnvironment(t)
const redis = new Redis(environment.redisUrl)
t.teardown(() => redis.quit())

const session = (key: string): [string, (string | number)[]] => [
  key,
  ['device-1', randomUUID(), '', 60_000, 60_000, 20, 'body', 'a device', 'agent', '127.0.0.1', '{}'],
]

t.test('a command that reaches Redis when its caller has long given up does nothing', async (t) => {
  const key = `${environment.redisPrefix}{late}`
  let measured = 0
  const longAgo = { notAfter: () => Date.now() - 1, measure: async () => void measured++ }
  await t.rejects(createScript(redis, 'open', longAgo)(...session(key)), { code: 'unavailable', statusCode: 503 })
  t.equal(await redis.exists(key), 0)
  t.equal(measured, 1, 'whoever still waits looks at the clock again')
})

t.test('a command in time runs, whatever our own clock says', async (t) => {
  const deadline = createRedisDeadline(redis)
  t.equal(deadline.notAfter(), 0, 'no limit as long as the clock of Redis is unknown')
  await deadline.measure()
  const [seconds] = await redis.time()
  const ahead = deadline.notAfter() / 1000 - Number(seconds)
  t.ok(ahead > 0 && ahead < 5, 'a few seconds by the clock of Redis')
  const reply = await createScript(redis, 'open', deadline)(...session(`${environment.redisPrefix}{intime}`))
  t.match(reply, ['opened'])
})
