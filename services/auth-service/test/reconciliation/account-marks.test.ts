import { testEnvironment } from '@latchkey/test-kit'
import { Redis } from 'ioredis'
import t from 'tap'
import { type AccountMark, decodeMark, encodeMark } from '../../src/reconciliation/account-mark.ts'
import { createRedisAccountMarks } from '../../src/reconciliation/redis-account-marks.ts'
import { createRedisDeadline } from '../../src/redis/redis-deadline.ts'

const { redisUrl, redisPrefix: keyPrefix } = await testEnvironment(t)
const redis = new Redis(redisUrl)
t.teardown(() => redis.disconnect())
const marks = createRedisAccountMarks({ redis, keyPrefix, deadline: createRedisDeadline(redis) })

let users = 0
const newId = (): string => `0197f0c5-0000-7000-8000-${String(++users).padStart(12, '0')}`
const mark = (userId: string, text: string): AccountMark => {
  const decoded = decodeMark(userId, text)
  if (!decoded) throw new Error(`${text} is no mark`)
  return decoded
}

async function markOf(userId: string): Promise<string | undefined> {
  for await (const page of marks.list()) {
    const found = page.find((each) => each.userId === userId)
    if (found) return encodeMark(found)
  }
  return undefined
}

t.test('of two marks the later one stays, in whatever order they are written', async (t) => {
  const cases: [one: string, other: string, stays: string][] = [
    ['0a0', '1a0', '1a0'],
    ['5d1', '5a1', '5a1'],
    ['5a1', '6d1', '6d1'],
    ['5i0', '5a1', '5a1'],
    ['9a1', '3d7', '9a7'],
    ['7d2', '0e0', '7e2'],
  ]
  for (const [one, other, stays] of cases) {
    for (const [first, second] of [
      [one, other],
      [other, one],
    ] as const) {
      const userId = newId()
      await marks.write([mark(userId, first)])
      await marks.fill([mark(userId, second)])
      const found = await markOf(userId)
      if (stays.includes('e')) t.match(found, /e/, 'what was erased stays erased')
      else t.equal(found, stays, `${first}, then ${second}`)
    }
  }
})

t.test('what is no mark is passed over, and a mark can be removed', async (t) => {
  const userId = newId()
  await marks.write([mark(userId, '3d1')])
  for (const key of await redis.keys(`${keyPrefix}account-marks:*`)) await redis.hset(key, 'junk', '1a1')
  t.equal(await markOf(userId), '3d1')
  t.equal(await markOf('junk'), undefined)
  await marks.remove([userId])
  t.equal(await markOf(userId), undefined)
  for (const text of ['', 'd', '1x1', '1d', `${'9'.repeat(11)}d1`]) t.equal(decodeMark(userId, text), undefined)
})
