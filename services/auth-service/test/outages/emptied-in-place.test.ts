import { connectRedis, eventually, flushAll, keysOf, privateRedis, testEnvironment } from '@latchkey/test-kit'
import t from 'tap'
import { refreshWith, startAuthService, untilReady } from '../support/auth-service.ts'
import { refreshingDuring } from '../support/refreshing.ts'

const environment = await testEnvironment(t)
const { url: redisUrl } = await privateRedis(t)
const auth = await startAuthService(t, { environment: { ...environment, redisUrl } })
const redis = connectRedis(redisUrl)
t.teardown(async () => redis.disconnect())

t.test('a Redis emptied under a living connection signs nobody out', async (t) => {
  const user = await auth.newUser()
  const ended = await auth.signIn(user.email)
  await auth.call('POST', '/auth/logout', { body: { refreshToken: ended.refreshToken } })
  const statuses = await refreshingDuring(auth, user.refreshToken, async () => {
    await flushAll(redis)
    await untilReady(auth)
  })
  t.notOk(statuses.has(401), `answered ${[...statuses]}`)
  t.equal((await refreshWith(auth, user.refreshToken)).statusCode, 200)
  t.match((await refreshWith(auth, ended.refreshToken)).json(), { code: 'session_ended', reason: 'signed_out' })
})

t.test('data of the past that is loaded under a living connection is noticed by its checkpoint', async (t) => {
  const user = await auth.newUser()
  const fences = () => keysOf(redis, `${environment.redisPrefix}fence*`)
  const checkpointOf = async (fence: string) => Number(await redis.hget(fence, 'checkpoint'))
  await eventually(async () => {
    const checkpoints = await Promise.all((await fences()).map(checkpointOf))
    return checkpoints.length > 0 && checkpoints.every((checkpoint) => checkpoint > 1)
  }, 'each node has a checkpoint')
  const before = auth.logs.lines().filter(({ msg }) => msg === 'Redis is up to date').length
  for (const fence of await fences()) await redis.hset(fence, 'checkpoint', '1')
  await redis.del(`${environment.redisPrefix}user:{${user.userId}}`)
  await eventually(() => auth.logs.lines().filter(({ msg }) => msg === 'Redis is up to date').length > before)
  await untilReady(auth)
  t.equal((await refreshWith(auth, user.refreshToken)).statusCode, 200)
})
