import { eventually, privateRedis, tcpRelay, testEnvironment } from '@latchkey/test-kit'
import { Redis } from 'ioredis'
import t from 'tap'
import { PASSWORD, startAuthService, untilReady } from '../support/auth-service.ts'
import { limitsOf } from '../support/limits.ts'

const QUOTA = 3

const environment = await testEnvironment(t)
const redis = await privateRedis(t)
const observer = new Redis(redis.url, { maxRetriesPerRequest: null })
observer.on('error', () => {})
t.teardown(() => observer.disconnect())

/** What a guess sends once it is checked; undefined while nothing is to be killed. */
let killBefore: 'wrong' | 'right' | undefined
let kills = 0
const relay = await tcpRelay(t, redis.url, {
  onChunk({ from, bytes }) {
    const isSettling =
      from === 'client' && bytes.includes('guess:{passwords}') && bytes.includes(`\r\n${killBefore}\r\n`)
    if (killBefore === undefined || !isSettling) return undefined
    killBefore = undefined
    kills++
    return redis.kill()
  },
})
const { once: auth } = await startAuthService(t, {
  environment: { ...environment, redisUrl: relay.url },
  passwordLimits: limitsOf(QUOTA, 3600),
})

const login = (email: string, password: string) =>
  auth.call('POST', '/auth/login', { body: { email, password, delivery: 'body' } })

async function restart(): Promise<void> {
  await redis.start()
  await untilReady(auth)
}

/** Counts and reservations of guesses. */
const guessKeys = () => observer.keys('*guess:{passwords}*')
const reservationsEnd = () => eventually(async () => !(await guessKeys()).some((key) => key.endsWith(':pending')))

for (const outcome of ['wrong', 'right'] as const) {
  t.test(`when Redis is killed before a ${outcome} guess is settled, it is 503 and was no guess`, async (t) => {
    const { email } = await auth.newAccount()
    await reservationsEnd()
    const before = (await guessKeys()).sort()
    for (let round = 1; round <= QUOTA + 1; round++) {
      killBefore = outcome
      const answer = await login(email, outcome === 'right' ? PASSWORD : 'not the password of anybody')
      t.equal(kills, 1, 'it was killed between the two')
      kills = 0
      t.match(answer.json(), { status: 503, code: 'unavailable' })
      t.ok(Number(answer.headers['retry-after']) > 0)
      t.equal(answer.headers['set-cookie'], undefined)
      await restart()
      await reservationsEnd()
    }
    t.same((await guessKeys()).sort(), before)
  })
}

t.test('a thousand sign-ins without Redis are 503, and leave every guess to its account afterwards', async (t) => {
  const { email } = await auth.newAccount()
  await redis.kill()
  const statuses = new Map<number, number>()
  for (let n = 0; n < 1000; n += 50) {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, k) => login(email, (n + k) % 2 ? PASSWORD : 'not the password of anybody')),
    )
    for (const { statusCode } of answers) statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1)
  }
  t.same(Object.fromEntries(statuses), { 503: 1000 })
  await restart()
  for (let n = 0; n < QUOTA; n++) t.equal((await login(email, 'not the password of anybody')).statusCode, 401)
  t.equal((await login(email, 'not the password of anybody')).statusCode, 429)
})
