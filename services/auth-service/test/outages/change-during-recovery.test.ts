import { cpSync, rmSync } from 'node:fs'
import { createDatabase } from '@latchkey/database'
import { eventually, NO_HURRY, privateRedis, testEnvironment } from '@latchkey/test-kit'
import t from 'tap'
import { administratorOf, refreshWith, startAuthService } from '../support/auth-service.ts'
import { claimsOf } from '../support/tokens.ts'

const COMMIT_LOCK = 4_242
const environment = await testEnvironment(t)
const redis = await privateRedis(t)
const auth = await startAuthService(t, { environment: { ...environment, redisUrl: redis.url } })
// Another session holds the lock for as long as the test wants no change of a user to commit.
const database = createDatabase<unknown>({
  url: environment.databaseUrl,
  schema: environment.schema,
  poolSize: 1,
  ...NO_HURRY,
})
t.teardown(() => database.close())
const query = async (text: string): Promise<Record<string, unknown>[]> => (await database.pool.query(text)).rows

t.test('a change that commits while Redis recovers leaves no snapshot of before', async (t) => {
  const user = await auth.newUser()
  const asAdmin = await administratorOf(auth)
  const backup = `${redis.directory}-copy`
  await redis.stop()
  cpSync(redis.directory, backup, { recursive: true })
  await redis.start()
  await eventually(async () => (await auth.call('GET', '/health/ready')).statusCode === 200, 'ready')

  // A user who changed lately is brought up to date in any case.
  await query(`update users set updated_at = now() - interval '1 day'`)
  await query(`create function hold_commit() returns trigger language plpgsql as $$
    begin perform pg_advisory_xact_lock(${COMMIT_LOCK}); return null; end $$`)
  await query(`create constraint trigger hold_commit after update on users deferrable initially deferred
    for each row execute function hold_commit()`)
  await query(`select pg_advisory_lock(${COMMIT_LOCK})`)
  const changing = asAdmin('PATCH', `/admin/users/${user.userId}`, { roles: ['user', 'hr'] })
  const waiters = `select objid from pg_locks where locktype = 'advisory' and not granted`
  await eventually(async () => (await query(waiters)).length === 1, 'the change waits to be committed')

  await redis.kill()
  rmSync(redis.directory, { recursive: true })
  cpSync(backup, redis.directory, { recursive: true })
  await redis.start()
  await eventually(async () => {
    const isReady = (await auth.once.call('GET', '/health/ready')).statusCode === 200
    return isReady || (await query(waiters)).length === 2
  }, 'Redis has recovered, or waits for the change')
  await query(`select pg_advisory_unlock(${COMMIT_LOCK})`)
  t.equal((await changing).statusCode, 200)

  await eventually(async () => (await auth.call('GET', '/health/ready')).statusCode === 200, 'ready')
  const refreshed = await refreshWith(auth, user.refreshToken)
  t.same(claimsOf(refreshed.json().accessToken).roles, ['user', 'hr'])
})
