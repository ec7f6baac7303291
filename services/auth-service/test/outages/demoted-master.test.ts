import { eventually, privateRedis, testEnvironment } from '@latchkey/test-kit'
import { Redis } from 'ioredis'
import t from 'tap'
import { refreshWith, startAuthService, untilReady } from '../support/auth-service.ts'
import { refreshingDuring } from '../support/refreshing.ts'

const first = await privateRedis(t)
const auth = await startAuthService(t, { environment: { ...(await testEnvironment(t)), redisUrl: first.url } })
const redis = new Redis(first.url)
t.teardown(async () => redis.disconnect())

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
