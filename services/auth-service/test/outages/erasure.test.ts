import { cpSync, rmSync } from 'node:fs'
import { connectRedis, eventually, mastersOf, privateRedis, testEnvironment } from '@latchkey/test-kit'
import t from 'tap'
import { administratorOf, PASSWORD, refreshWith, startAuthService, untilReady } from '../support/auth-service.ts'
import { dumpOf, placesOf } from '../support/dump.ts'
import { startResourceService } from '../support/resource-service.ts'

const environment = await testEnvironment(t)
const redis = await privateRedis(t)
const auth = await startAuthService(t, { environment: { ...environment, redisUrl: redis.url } })
const resource = await startResourceService(t, auth)

t.test('a Redis that comes back older than an erasure brings nothing of the account back', async (t) => {
  const asAdmin = await administratorOf(auth)
  const user = await auth.newUser({ fullName: 'Gwendolin Anglerfisch' })
  await redis.stop()
  const backup = `${redis.directory}-copy`
  cpSync(redis.directory, backup, { recursive: true })
  await redis.start()
  await untilReady(auth)
  t.equal((await asAdmin('DELETE', `/admin/users/${user.userId}`)).statusCode, 204)

  await redis.kill()
  rmSync(redis.directory, { recursive: true })
  cpSync(backup, redis.directory, { recursive: true })
  await redis.start()
  await untilReady(auth)

  t.same(placesOf(await dumpOf(auth.environment), 'anglerfisch'), [])
  t.equal((await refreshWith(auth, user.refreshToken)).json().code, 'session_ended')
  t.equal((await auth.call('GET', '/auth/me', { token: user.accessToken })).json().code, 'token_revoked')
  t.ok(await resource.eventuallyRefuses(user.accessToken))
  const client = connectRedis(redis.url)
  const feed = await client.xrange(`${environment.redisPrefix}revocations`, '-', '+')
  client.disconnect()
  t.match(
    feed.map(([, fields]) => fields.join(' ')).join('\n'),
    `user id ${user.userId}`,
    'new verifiers refuse it, too',
  )
})

t.test('with Redis away an erasure answers 503 and changes nothing', async (t) => {
  const asAdmin = await administratorOf(auth.once)
  const user = await auth.newUser()
  await redis.kill()
  const refused = await asAdmin('DELETE', `/admin/users/${user.userId}`)
  t.equal(refused.statusCode, 503)
  await redis.start()
  await untilReady(auth)
  t.equal((await asAdmin('GET', `/admin/users/${user.userId}`)).statusCode, 200)
  t.equal((await auth.signIn(user.email, { password: PASSWORD })).userId, user.userId)
  t.equal((await asAdmin('DELETE', `/admin/users/${user.userId}`)).statusCode, 204)
})

t.test('what was on its way to Redis when the account was erased goes within seconds', async (t) => {
  const asAdmin = await administratorOf(auth)
  const user = await auth.newUser({ fullName: 'Gwendolin Anglerfisch' })
  t.equal((await asAdmin('DELETE', `/admin/users/${user.userId}`)).statusCode, 204)
  const client = connectRedis(redis.url)
  t.teardown(() => client.disconnect())
  await client.hset(`${environment.redisPrefix}user:{${user.userId}}`, 'u', '{"fullName":"Gwendolin Anglerfisch"}')
  t.ok(await eventually(async () => placesOf(await dumpOf(auth.environment), 'anglerfisch').length === 0))
})

t.test(
  'an invitation whose address another account gave way to stands, also where Redis does not follow at once',
  async (t) => {
    const asAdmin = await administratorOf(auth)
    const { id, email } = await auth.newAccount({ isSelfRegistered: true })
    const client = connectRedis(redis.url)
    t.teardown(() => client.disconnect())
    const allow = async (right: string) =>
      Promise.all((await mastersOf(client)).map((node) => node.acl('SETUSER', 'auth-service', right)))
    await allow('-xadd')
    const invited = await asAdmin('POST', '/admin/users', { email })
    t.equal(invited.statusCode, 201)
    t.match(invited.json().invitation.link, /#token=/)
    t.ok(auth.logs.lines().some((line) => JSON.stringify(line).includes(id)))
    await allow('+xadd')
    const feed = async () => JSON.stringify(await client.xrange(`${environment.redisPrefix}revocations`, '-', '+'))
    t.ok(await eventually(async () => (await feed()).includes(id)))
  },
)
