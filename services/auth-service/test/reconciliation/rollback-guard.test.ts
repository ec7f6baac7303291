import { createDatabase } from '@latchkey/database'
import { eventually, NO_HURRY, type TestEnvironment, testEnvironment } from '@latchkey/test-kit'
import { Redis } from 'ioredis'
import t from 'tap'
import type { AuthSchema } from '../../src/database/auth-database.ts'
import { PASSWORD, refreshWith, startAuthService } from '../support/auth-service.ts'
import { untilRefused, untilServed } from '../support/gone-back.ts'
import { runOn } from '../support/run-command.ts'

type Scope = Parameters<typeof testEnvironment>[0]

async function storesOf(t: Scope) {
  const environment: TestEnvironment = await testEnvironment(t)
  const redis = new Redis(environment.redisUrl)
  t.teardown(async () => redis.disconnect())
  const { databaseUrl: url, schema } = environment
  const { db, close } = createDatabase<AuthSchema>({ url, schema, poolSize: 1, ...NO_HURRY })
  t.teardown(close)
  const key = `${environment.redisPrefix}beat`
  return {
    environment,
    redis,
    /** As a fail-over leaves it that lost the last write. */
    enable: (id: string) =>
      db.updateTable('users').set({ status: 'active', token_version: 0 }).where('id', '=', id).execute(),
    inRedis: async () => Number(await redis.hget(key, 'count')),
    setInRedis: (count: number) => redis.hset(key, 'count', count),
    inPostgres: async () => Number((await db.selectFrom('beats').select('count').executeTakeFirstOrThrow()).count),
  }
}

t.test('replicas that start together beat as one', async (t) => {
  const stores = await storesOf(t)
  const first = await startAuthService(t, { environment: stores.environment })
  const others = await Promise.all([startAuthService(t, { beside: first }), startAuthService(t, { beside: first })])
  await eventually(async () => (await stores.inRedis()) >= 2)
  for (const service of [first, ...others]) await untilServed(service)
  t.ok((await stores.inPostgres()) >= (await stores.inRedis()), 'Postgres has each beat first')
})

t.test('a Redis that is older than Postgres, or empty, holds nothing back', async (t) => {
  const stores = await storesOf(t)
  const auth = await startAuthService(t, { environment: stores.environment })
  const user = await auth.newUser()
  await eventually(async () => (await stores.inRedis()) >= 2)
  await stores.setInRedis(1)
  await eventually(async () => (await stores.inRedis()) > 1)
  await stores.redis.del(`${stores.environment.redisPrefix}beat`)
  await eventually(async () => (await stores.inRedis()) > 1)
  t.equal((await refreshWith(auth, user.refreshToken)).statusCode, 200)
  t.notOk(auth.logs.lines().some(({ event }) => event === 'postgres_rolled_back'))
})

t.test(
  'a service that starts on a Postgres which has gone back listens, refuses, and starts once that is reconciled',
  async (t) => {
    const stores = await storesOf(t)
    await stores.setInRedis(1000)
    const auth = await startAuthService(t, { environment: stores.environment })
    await untilRefused(auth)
    t.equal((await auth.once.call('GET', '/health/live')).statusCode, 200)
    t.match(await runOn(auth, ['reconcile']), { code: 0, noted: /serve again/ })
    await untilServed(auth)
    t.ok((await auth.newUser()).refreshToken)
    await eventually(async () => (await stores.inRedis()) > 1000)
    t.match(await runOn(auth, ['reconcile']), { code: 0, printed: [], noted: /nothing to reconcile/ })
  },
)

t.test('a service that waits to be reconciled can be stopped', async (t) => {
  const stores = await storesOf(t)
  await stores.setInRedis(1000)
  const auth = await startAuthService(t, { environment: stores.environment })
  await untilRefused(auth)
  await auth.app.close()
})

t.test('an operator who knows of a loss has it reconciled, noticed or not', async (t) => {
  const stores = await storesOf(t)
  const auth = await startAuthService(t, { environment: stores.environment })
  const disabled = await auth.newUser()
  const live = await auth.newUser()
  await auth.call('PATCH', `/admin/users/${disabled.userId}`, {
    token: (await auth.signInAdmin()).accessToken,
    body: { status: 'disabled' },
  })
  await stores.enable(disabled.userId)
  t.match(await runOn(auth, ['reconcile', '--force']), { code: 0, noted: new RegExp(`${disabled.userId}: disabled`) })
  await untilServed(auth)
  t.equal((await refreshWith(auth, live.refreshToken)).statusCode, 200)
  const signIn = await auth.call('POST', '/auth/login', { body: { email: disabled.email, password: PASSWORD } })
  t.equal(signIn.json().code, 'account_disabled')
})

t.test('without a Redis, or with arguments, the command says what it needs', async (t) => {
  const stores = await storesOf(t)
  const auth = await startAuthService(t, { environment: stores.environment })
  t.match(await runOn(auth, ['reconcile'], { REDIS_URL: undefined }), { code: 2, noted: /REDIS_URL/ })
  t.match(await runOn(auth, ['grant-role', 'staff', '--all', '--force']), { code: 2, noted: /no --force/ })
  t.match(await runOn(auth, ['reconcile', 'all']), { code: 2, noted: /no arguments/ })
  t.match(await runOn(auth, ['reconcile'], { REDIS_URL: 'redis://127.0.0.1:1' }), { code: 1, noted: /not reached/ })
})
