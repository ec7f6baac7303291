import { mkdirSync, rmSync } from 'node:fs'
import { createDatabase } from '@latchkey/database'
import { NO_HURRY, privateRedis, testEnvironment } from '@latchkey/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import type { AuthSchema } from '../../src/database/auth-database.ts'
import { administratorOf, refreshWith, startAuthService, untilReady } from '../support/auth-service.ts'
import { startResourceService } from '../support/resource-service.ts'

const environment = await testEnvironment(t)
const redis = await privateRedis(t)
const auth = await startAuthService(t, { environment: { ...environment, redisUrl: redis.url } })
const other = await startAuthService(t, { beside: auth })
const asAdmin = await administratorOf(auth)
const { db, close } = createDatabase<AuthSchema>({
  url: environment.databaseUrl,
  schema: environment.schema,
  poolSize: 1,
  ...NO_HURRY,
})
t.teardown(close)

const description = 'For tests'
const put = (name: string, scopes: string[]) => asAdmin('PUT', `/admin/roles/${name}`, { description, scopes })
await asAdmin('PUT', '/admin/scopes/payroll:read', { description })

t.test('a Redis that has lost the feed gets the narrowed roles and deleted scopes again', async (t) => {
  await asAdmin('PUT', '/admin/scopes/brief:life', { description })
  await put('clerk', ['profile', 'payroll:read'])
  const { accessToken } = await auth.signIn((await auth.newAccount({ roles: ['clerk'] })).email)
  const admin = await auth.signInAdmin()
  await put('clerk', ['profile'])
  await asAdmin('DELETE', '/admin/scopes/brief:life')

  await redis.kill()
  rmSync(redis.directory, { recursive: true })
  mkdirSync(redis.directory)
  await redis.start()
  await untilReady(auth, other)
  const resource = await startResourceService(t, auth)
  t.ok(await resource.eventuallyRefuses(accessToken), 'the role')
  t.ok(await resource.eventuallyRefuses(admin.accessToken), 'the scope')
})

t.test('a policy that is put back to before a narrowing goes on above the version that verifiers know', async (t) => {
  await put('keeper', ['profile', 'payroll:read'])
  const signedIn = await other.signIn((await auth.newAccount({ roles: ['keeper'] })).email)
  await put('keeper', ['profile'])
  const resource = await startResourceService(t, auth)
  t.ok(await resource.eventuallyRefuses(signedIn.accessToken))

  await sql`update policy set version = 1`.execute(db)
  const started = await startAuthService(t, { beside: auth })
  const refreshed = await refreshWith(started, signedIn.refreshToken)
  t.equal(refreshed.statusCode, 200)
  t.equal(await resource.verify(refreshed.json().accessToken), 'ok')
})
