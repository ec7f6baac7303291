import { privateRedis, tcpRelay, testEnvironment } from '@latchkey/test-kit'
import t from 'tap'
import { PASSWORD, refreshWith, startAuthService, untilReady } from '../support/auth-service.ts'
import { assertOutage, assertUnavailable } from '../support/redis-outage.ts'
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

const generationOf = (token: string) => claimsOf(token).gen

for (const [fault, begin, end] of [
  ['gone', () => redisProxy.refuse(), () => redisProxy.restore()],
  ['silent', async () => redisProxy.hang(), () => redisProxy.restore()],
] as const) {
  t.test(
    `with the way to Redis ${fault} every call that needs it answers 503, and afterwards sessions go on where they were`,
    (t) => assertOutage(t, patient, { begin, end }),
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
