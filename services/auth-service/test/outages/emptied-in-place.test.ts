import { eventually, privateRedis, testEnvironment } from '@latchkey/test-kit'
import { Redis } from 'ioredis'
import t from 'tap'
import { refreshWith, startAuthService, untilReady } from '../support/auth-service.ts'
import { refreshingDuring } from '../support/refreshing.ts'

const environment = await testEnvironment(t)
const first = await privateRedis(t)
const auth = await startAuthService(t, { environment: { ...environment, redisUrl: first.url } })
const redis = new Redis(first.url)
t.teardown(async () => redis.disconnect())

t.test('a Redis emptied under a living connection signs nobody out', async (t) => {
  const user = await auth.newUser()
  const ended = await auth.signIn(user.email)
  await auth.call('POST', '/auth/logout', { body: { refreshToken: ended.refreshToken } })
  const statuses = await refreshingDuring(auth, user.refreshToken, async () => {
    await redis.flushall()
    await untilReady(auth)
  })
  t.notOk(statuses.has(401), `answered ${[...statuses]}`)
  t.equal((await refreshWith(auth, user.refreshToken)).statusCode, 200)
  t.match((await refreshWith(auth, ended.refreshToken)).json(), { code: 'session_ended', reason: 'signed_out' })
})

t.test('a master that becomes a replica and then a master again is brought up to date before it answers', async (t) => {
  const user = await auth.newUser()
  const second = await privateRedis(t)
  const { hostname, port, password } = new URL(second.url)
  // What it has is replaced by the data of a Redis that knows of no session.
  await redis.config('SET', 'masterauth', password)
  const statuses = await refreshingDuring(auth, user.refreshToken, async () => {
    await redis.replicaof(hostname, port)
    await eventually(async () => (await redis.info('replication')).includes('master_link_status:up'))
    t.equal((await auth.once.call('GET', '/auth/me', { token: user.accessToken })).statusCode, 503)
    await redis.replicaof('NO', 'ONE')
    await untilReady(auth)
  })
  t.notOk(statuses.has(401), `answered ${[...statuses]}`)
  t.equal((await refreshWith(auth, user.refreshToken)).statusCode, 200)
})

t.test('data of the past that is loaded under a living connection is noticed by its checkpoint', async (t) => {
  const user = await auth.newUser()
  const fence = `${environment.redisPrefix}fence`
  const last = Number(await redis.hget(fence, 'checkpoint'))
  await eventually(async () => Number(await redis.hget(fence, 'checkpoint')) > last || last > 0)
  const before = auth.logs.lines().filter(({ msg }) => msg === 'Redis is up to date').length
  await redis.hset(fence, 'checkpoint', '1')
  await redis.del(`${environment.redisPrefix}user:{${user.userId}}`)
  await eventually(() => auth.logs.lines().filter(({ msg }) => msg === 'Redis is up to date').length > before)
  await untilReady(auth)
  t.equal((await refreshWith(auth, user.refreshToken)).statusCode, 200)
})
