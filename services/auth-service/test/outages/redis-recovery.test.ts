import { cpSync, rmSync } from 'node:fs'
import { connectRedis, privateRedis, testEnvironment } from '@latchkey/test-kit'
import t from 'tap'
import { ADMIN, PASSWORD, refreshWith, startAuthService, untilReady } from '../support/auth-service.ts'
import { claimsOf } from '../support/tokens.ts'

const environment = await testEnvironment(t)
const redis = await privateRedis(t)
const auth = await startAuthService(t, { environment: { ...environment, redisUrl: redis.url } })

async function feed(): Promise<string[][]> {
  const client = connectRedis(redis.url)
  const entries = await client.xrange(`${environment.redisPrefix}revocations`, '-', '+')
  client.disconnect()
  return entries.map(([, fields]) => fields)
}

const rolesOf = (token: string) => claimsOf(token).roles

t.test(
  'a Redis that comes back with older data restores no ended session and signs no honest client out',
  async (t) => {
    const { accessToken: adminToken } = (
      await auth.call('POST', '/auth/login', { body: { ...ADMIN, delivery: 'body' } })
    ).json()
    const asAdmin = (method: string, url: string, body?: object) =>
      auth.call(method, url, { token: adminToken, ...(body && { body }) })
    const signedOut = await auth.newUser()
    const revoked = await auth.newUser()
    const everywhere = await auth.newUser()
    const disabled = await auth.newUser()
    const promoted = await auth.newUser()
    const renewed = await auth.newUser()
    const honest = await auth.newUser()

    await redis.stop()
    const backup = `${redis.directory}-copy`
    cpSync(redis.directory, backup, { recursive: true })
    await redis.start()
    await untilReady(auth)

    await auth.call('POST', '/auth/logout', { body: { refreshToken: signedOut.refreshToken } })
    await asAdmin('DELETE', `/admin/users/${revoked.userId}/sessions/${revoked.deviceId}`)
    await auth.call('POST', '/auth/logout-all', { token: everywhere.accessToken })
    await asAdmin('PATCH', `/admin/users/${disabled.userId}`, { status: 'disabled' })
    await asAdmin('PATCH', `/admin/users/${promoted.userId}`, { roles: ['user', 'hr'] })
    const newPassword = 'copper-lantern-drifts-9'
    const change = { currentPassword: PASSWORD, newPassword }
    const changed = await auth.call('POST', '/auth/password', { token: renewed.accessToken, body: change })
    let held = honest.refreshToken
    for (let n = 0; n < 5; n++) held = (await refreshWith(auth, held)).json().refreshToken
    t.equal((await feed()).length, 7, 'five sessions and two raised versions')

    await redis.kill()
    rmSync(redis.directory, { recursive: true })
    cpSync(backup, redis.directory, { recursive: true })
    await redis.start()
    await untilReady(auth)

    const reasonOf = async (refreshToken: string) => (await refreshWith(auth, refreshToken)).json().reason
    t.equal(await reasonOf(signedOut.refreshToken), 'signed_out')
    t.equal(await reasonOf(revoked.refreshToken), 'revoked_by_admin')
    t.equal(await reasonOf(everywhere.refreshToken), 'signed_out_everywhere')
    t.equal(await reasonOf(disabled.refreshToken), 'account_disabled')
    t.equal((await refreshWith(auth, renewed.refreshToken)).json().code, 'token_superseded')
    t.equal((await refreshWith(auth, changed.json().refreshToken)).statusCode, 200, 'the session of the change goes on')
    t.same(rolesOf((await refreshWith(auth, promoted.refreshToken)).json().accessToken), ['user', 'hr'])
    t.equal((await refreshWith(auth, held)).statusCode, 200, 'a token newer than the store heals it')

    const known = (await feed()).map((fields) => fields.join(' '))
    for (const { accessToken } of [signedOut, revoked, renewed]) {
      const sid = String(claimsOf(accessToken).sid)
      t.ok(
        known.some((entry) => entry.includes(sid)),
        'a verifier that starts now learns of it',
      )
    }
    for (const { userId } of [everywhere, disabled]) t.ok(known.some((entry) => entry.includes(`user id ${userId}`)))
  },
)

t.test('sign-ins that Redis lost are restored, with the tokens issued since', async (t) => {
  const user = await auth.newUser()
  const ended = await auth.signIn(user.email)
  await auth.call('POST', '/auth/logout', { body: { refreshToken: ended.refreshToken } })
  let held = user.refreshToken
  for (let n = 0; n < 3; n++) held = (await refreshWith(auth, held)).json().refreshToken

  await redis.kill()
  rmSync(redis.directory, { recursive: true })
  await redis.start()
  await untilReady(auth)

  const response = await refreshWith(auth, held)
  t.equal(response.statusCode, 200)
  t.equal(response.json().device.id, user.deviceId)
  t.match((await refreshWith(auth, ended.refreshToken)).json(), { code: 'session_ended', reason: 'signed_out' })
  t.equal((await auth.call('GET', '/auth/sessions', { token: user.accessToken })).json().items.length, 1)
})

t.test('every revocation is in the feed before its call is answered', async (t) => {
  const user = await auth.newUser()
  const sidOf = (token: string) => String(claimsOf(token).sid)
  const replaced = await auth.signIn(user.email, { deviceId: 'device-of-this-test' })
  await auth.signIn(user.email, { deviceId: 'device-of-this-test' })
  t.ok(
    (await feed()).some((fields) => fields.includes(sidOf(replaced.accessToken))),
    'replaced',
  )

  const before = Math.floor(Date.now() / 1000)
  await auth.call('DELETE', `/auth/sessions/${user.deviceId}`, { token: user.accessToken })
  const entry = (await feed()).at(-1) ?? []
  t.same(entry.slice(0, 4), ['kind', 'session', 'id', sidOf(user.accessToken)])
  t.ok(Number(entry[5]) >= before + 900, 'kept for as long as a token of it could live')
})
