import { connectRedis, mastersOf, privateRedis, testEnvironment } from '@latchkey/test-kit'
import t from 'tap'
import { PASSWORD, refreshWith, startAuthService } from '../support/auth-service.ts'
import { tokenOf } from '../support/clients.ts'
import { startResourceService } from '../support/resource-service.ts'
import { basic } from '../support/send-form.ts'

const CLIENT = { clientId: 'reports', secret: 'reports-secret-of-enough-characters', scopes: ['profile'] }

const server = await privateRedis(t)
const environment = { ...(await testEnvironment(t)), redisUrl: server.url }
const auth = await startAuthService(t, {
  environment,
  variables: { SERVICE_CLIENTS: JSON.stringify([CLIENT]) },
})
const verifier = await startResourceService(t, auth)
const redis = connectRedis(server.url)
t.teardown(() => redis.disconnect())

/** Sets the limit of every master by what it uses. Bytes; 0 for none. */
async function limitMemory(limitFor: (used: number) => number): Promise<void> {
  for (const node of await mastersOf(redis)) {
    const used = Number(/^used_memory:(\d+)/m.exec(await node.info('memory'))?.[1])
    await node.config('SET', 'maxmemory', Math.floor(limitFor(used)))
  }
}

const readiness = async () => (await auth.app.operations.inject({ url: '/health/ready' })).json()
const memoryUse = async (): Promise<number> => {
  const { body } = await auth.app.operations.inject({ url: '/metrics' })
  return Number(/^latchkey_redis_memory_use (\S+)$/m.exec(body)?.[1])
}

t.test('readiness and a metric show when Redis gets short of memory', async (t) => {
  t.match(await readiness(), { status: 'ok', checks: { redis: { status: 'ok' } } })
  t.equal(await memoryUse(), 0, 'nothing limits it')
  await limitMemory((used) => used * 2)
  t.match(await readiness(), { status: 'ok' })
  await limitMemory((used) => used * 1.1)
  t.match(await readiness(), { status: 'degraded', checks: { redis: { status: 'degraded' } } })
  t.ok((await memoryUse()) > 0.8)
  await limitMemory(() => 0)
})

t.test('a Redis whose memory is full still rotates and revokes, and nobody signs in', async (t) => {
  const admin = await auth.signInAdmin()
  const asAdmin = (method: string, url: string, body?: object) =>
    auth.once.call(method, url, { token: admin.accessToken, ...(body && { body }) })
  const [refreshing, leaving, everywhere, revoked, disabled] = await Promise.all(
    Array.from({ length: 5 }, () => auth.newUser()),
  )
  if (!refreshing || !leaving || !everywhere || !revoked || !disabled) throw new Error('five users')
  const other = await auth.signIn(revoked.email)
  const guest = await auth.newAccount()
  await limitMemory(() => 1)
  t.teardown(() => limitMemory(() => 0))

  const signIn = await auth.once.call('POST', '/auth/login', {
    body: { email: guest.email, password: PASSWORD, delivery: 'body' },
  })
  t.equal(signIn.statusCode, 503)

  let held = refreshing.refreshToken
  for (let n = 0; n < 5; n++) {
    const refreshed = await refreshWith(auth.once, held)
    t.equal(refreshed.statusCode, 200)
    held = refreshed.json().refreshToken
  }
  t.equal((await refreshWith(auth.once, `${held.slice(0, -4)}AAAA`)).statusCode, 401, 'a bad token is refused as one')

  const leave = await auth.once.call('POST', '/auth/logout', { body: { refreshToken: leaving.refreshToken } })
  t.equal(leave.statusCode, 204)
  t.equal((await auth.once.call('POST', '/auth/logout-all', { token: everywhere.accessToken })).statusCode, 204)
  const device = await asAdmin('DELETE', `/admin/users/${revoked.userId}/sessions/${revoked.deviceId}`)
  t.equal(device.statusCode, 204)
  const disabling = await asAdmin('PATCH', `/admin/users/${disabled.userId}`, { status: 'disabled' })
  t.equal(disabling.statusCode, 200)
  for (const { accessToken, refreshToken } of [leaving, everywhere, revoked, disabled]) {
    t.ok(await verifier.eventuallyRefuses(accessToken))
    t.equal((await refreshWith(auth.once, refreshToken)).json().code, 'session_ended')
  }
  t.equal((await auth.once.call('GET', '/auth/me', { token: other.accessToken })).statusCode, 200)

  const clientToken = await tokenOf(auth, CLIENT)
  const revoking = await auth.app.inject({
    method: 'POST',
    url: '/oauth/revoke',
    payload: new URLSearchParams({ token: clientToken }).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...basic(CLIENT) },
  })
  t.equal(revoking.statusCode, 200)

  const late = await startResourceService(t, auth)
  t.equal(await late.verify(disabled.accessToken), 'token_revoked', 'a verifier that starts now knows all of it')
  t.match(await readiness(), { status: 'degraded', checks: { redis: { status: 'degraded' } } })

  await limitMemory(() => 0)
  t.ok(await auth.signIn(guest.email), 'with memory again people sign in')
})
