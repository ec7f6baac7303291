import { privateRedis, tcpRelay, testEnvironment } from '@latchkey/test-kit'
import type { LightMyRequestResponse as Response } from 'fastify'
import t from 'tap'
import {
  cookieHeader,
  PASSWORD,
  refreshWith,
  type SignedIn,
  startAuthService,
  untilReady,
} from '../support/auth-service.ts'
import { claimsOf } from '../support/tokens.ts'

const environment = await testEnvironment(t)
const redis = await privateRedis(t)
const redisProxy = await tcpRelay(t, redis.url)
const postgresProxy = await tcpRelay(t, environment.databaseUrl)
const patient = await startAuthService(t, {
  environment: { ...environment, databaseUrl: postgresProxy.url, redisUrl: redisProxy.url },
  variables: { REGISTRATION: 'open' },
})
/** For calls under a fault. */
const auth = patient.once

type Assertions = Pick<typeof t, 'equal' | 'ok'>

/** 503 as a client needs it: nothing decided, no cookie changed, and a time to retry. */
function assertUnavailable(t: Assertions, response: Response, message: string): void {
  t.equal(response.statusCode, 503, message)
  t.equal(response.json().code, 'unavailable', message)
  t.ok(Number(response.headers['retry-after']) > 0, message)
  t.equal(response.headers['set-cookie'], undefined, message)
}

const generationOf = (token: string) => claimsOf(token).gen

async function callsThatNeedRedis(user: SignedIn, cookies: string): Promise<[string, Response][]> {
  const headers = { 'sec-fetch-site': 'same-origin' }
  return Promise.all(
    [
      ['refresh', auth.call('POST', '/auth/refresh', { cookies, headers })] as const,
      ['sign-in', auth.call('POST', '/auth/login', { body: { email: user.email, password: PASSWORD } })] as const,
      ['sign-out', auth.call('POST', '/auth/logout', { cookies, headers })] as const,
      ['sign-out by access token', auth.call('POST', '/auth/logout', { token: user.accessToken })] as const,
      ['sign-out everywhere', auth.call('POST', '/auth/logout-all', { token: user.accessToken })] as const,
      ['who am I', auth.call('GET', '/auth/me', { token: user.accessToken })] as const,
      [
        'a change of password',
        auth.call('POST', '/auth/password', {
          token: user.accessToken,
          body: { currentPassword: PASSWORD, newPassword: 'copper-lantern-drifts-9' },
        }),
      ] as const,
    ].map(async ([name, pending]): Promise<[string, Response]> => [name, await pending]),
  )
}

for (const [fault, begin, end] of [
  ['gone', () => redisProxy.refuse(), () => redisProxy.restore()],
  ['silent', async () => redisProxy.hang(), () => redisProxy.restore()],
  ['killed', () => redis.kill(), () => redis.start()],
] as const) {
  t.test(
    `with Redis ${fault} every call that needs it answers 503, and afterwards sessions go on where they were`,
    async (t) => {
      const user = await auth.newUser()
      const login = await patient.call('POST', '/auth/login', { body: { email: user.email, password: PASSWORD } })
      await begin()
      for (const [name, response] of await callsThatNeedRedis(user, cookieHeader(login)))
        assertUnavailable(t, response, name)
      const ready = await auth.app.operations.inject('/health/ready')
      t.equal(ready.statusCode, 503)
      t.match(ready.json(), {
        status: 'unavailable',
        checks: { redis: { status: 'unavailable' }, postgres: { status: 'ok' } },
      })
      t.equal((await auth.call('GET', '/health/live')).statusCode, 200)
      await end()
      await untilReady(auth)
      const after = await patient.call('POST', '/auth/refresh', {
        cookies: cookieHeader(login),
        headers: { 'sec-fetch-site': 'same-origin' },
      })
      t.equal(after.statusCode, 200)
      t.equal((await patient.call('GET', '/auth/me', { token: user.accessToken })).statusCode, 200)
      await auth.signIn(user.email)
    },
  )
}

t.test('with Postgres gone sign-in answers 503, and users who are signed in go on refreshing', async (t) => {
  const user = await auth.newUser()
  await postgresProxy.refuse()
  assertUnavailable(
    t,
    await auth.call('POST', '/auth/login', { body: { email: user.email, password: PASSWORD } }),
    'sign-in',
  )
  assertUnavailable(t, await auth.call('POST', '/auth/logout-all', { token: user.accessToken }), 'sign-out everywhere')
  const registration = { email: 'late@example.test', username: 'late', password: PASSWORD }
  assertUnavailable(t, await auth.call('POST', '/auth/register', { body: registration }), 'registration')
  const refreshed = await refreshWith(auth, user.refreshToken)
  t.equal(refreshed.statusCode, 200)
  t.equal((await auth.call('GET', '/auth/me', { token: refreshed.json().accessToken })).statusCode, 200)
  const signOut = await auth.call('POST', '/auth/logout', { body: { refreshToken: refreshed.json().refreshToken } })
  assertUnavailable(t, signOut, 'a sign-out that cannot be recorded')
  const byAccessToken = await auth.call('POST', '/auth/logout', { token: refreshed.json().accessToken })
  assertUnavailable(t, byAccessToken, 'the same by access token')
  await postgresProxy.restore()
  await untilReady(auth)
  t.equal((await patient.call('POST', '/auth/register', { body: registration })).statusCode, 201)
})

t.test(
  'a refresh whose reply from Redis is lost took effect once, and its repetition gives the same successor',
  async (t) => {
    const user = await auth.newUser()
    let token = user.refreshToken
    for (let round = 1; round <= 25; round++) {
      const lost = redisProxy.loseReply({ to: 'user:{' }).lost
      assertUnavailable(t, await refreshWith(auth, token), 'the lost one')
      await lost
      await untilReady(auth)
      const repeated = await refreshWith(patient, token)
      t.equal(repeated.statusCode, 200)
      token = repeated.json().refreshToken
      t.equal(generationOf(token), round + 1, 'one step and no more')
    }
  },
)

t.test('a sign-in or sign-out whose reply from Redis is lost may be repeated', async (t) => {
  const user = await auth.newUser()
  for (let round = 0; round < 5; round++) {
    const deviceId = 'device-of-this-test'
    const lostSignIn = redisProxy.loseReply({ to: 'user:{' }).lost
    const body = { email: user.email, password: PASSWORD, delivery: 'body', deviceId }
    assertUnavailable(t, await auth.call('POST', '/auth/login', { body }), 'sign-in')
    await lostSignIn
    await untilReady(auth)
    const { refreshToken } = await auth.signIn(user.email, { deviceId })
    const lostSignOut = redisProxy.loseReply({ to: 'user:{' }).lost
    assertUnavailable(t, await auth.call('POST', '/auth/logout', { body: { refreshToken } }), 'sign-out')
    await lostSignOut
    await untilReady(auth)
    t.equal((await patient.call('POST', '/auth/logout', { body: { refreshToken } })).statusCode, 204)
    t.match((await refreshWith(auth, refreshToken)).json(), { code: 'session_ended', reason: 'signed_out' })
  }
})
