import { createDatabase } from '@latchkey/database'
import { captureLogs, NO_HURRY, privatePostgres, runSql, statementsOfOwners, testEnvironment } from '@latchkey/test-kit'
import t from 'tap'
import { buildApp } from '../../src/app.ts'
import { migrateDatabase } from '../../src/migration.ts'
import { ADMIN, administratorOf, configOf, PASSWORD, startAuthService } from '../support/auth-service.ts'
import { startMailbox } from '../support/mailbox.ts'

const postgres = await privatePostgres(t)
const { url, ownerUrl } = await postgres.createOwnedDatabase('auth')
const settings = { DATABASE_URL: url, MIGRATION_DATABASE_URL: ownerUrl }
const environment = { ...(await testEnvironment(t)), databaseUrl: url, schema: 'public' }

const logs = captureLogs()
const warn = (...said: unknown[]): void => void logs.stream.write(`${JSON.stringify({ said })}\n`)
const migrate = (changed: object = {}) => migrateDatabase({ environment: { ...settings, ...changed }, log: { warn } })

const WARNINGS = /signs in as|may not make/

/** One connection of this role. */
function connected(address: string) {
  const { pool, close } = createDatabase<unknown>({ url: address, poolSize: 1, ...NO_HURRY })
  t.teardown(close)
  return pool
}

t.test('under a role without tables the start says by name what is missing, and makes nothing', async (t) => {
  const starting = buildApp(configOf(environment), { logStream: logs.stream, redisPrefix: environment.redisPrefix })
  await t.rejects(starting, {
    code: 'SCHEMA_BEHIND',
    message:
      /^DATABASE_URL: the schema public of its database is behind this version, 0001-users and \d+ more has not run\. Run this first: npm run migrate/,
  })
  const { rows } = await connected(ownerUrl).query("select from pg_class where relname = 'kysely_migration'")
  t.same(rows, [])
})

t.test('a migration that cannot be carried out names the setting', async (t) => {
  await t.rejects(migrate({ MIGRATION_DATABASE_URL: undefined }), {
    message: /MIGRATION_DATABASE_URL \(or .*_FILE\) must be set/,
  })
  const wrong = new URL(ownerUrl)
  wrong.password = 'wrong'
  await t.rejects(migrate({ MIGRATION_DATABASE_URL: wrong.href }), {
    message: /^MIGRATION_DATABASE_URL: password auth/,
  })
  await t.rejects(migrate({ DATABASE_URL: await postgres.createDatabase('elsewhere') }), {
    message: 'MIGRATION_DATABASE_URL and DATABASE_URL lead to different databases',
  })
  await t.rejects(migrate({ MIGRATION_DATABASE_URL: url }), {
    code: '42501',
    message: /^MIGRATION_DATABASE_URL: permission/,
  })
})

t.test('the owner migrates, once or again, and at the same time as others', async (t) => {
  await Promise.all([migrate(), migrate()])
  await migrate()
  t.notMatch(logs.text(), WARNINGS)
})

t.test('auth-service does all that it does as a role that owns nothing', async (t) => {
  const mailbox = await startMailbox(t)
  const auth = await startAuthService(t, { environment, variables: { ...mailbox.variables, AUDIT_RETENTION: '30d' } })
  const asAdmin = await administratorOf(auth)
  const invited = await asAdmin('POST', '/admin/users', { email: 'ida@corp.test', roles: ['staff'] })
  t.equal(invited.statusCode, 201)
  const token = await mailbox.nextToken('ida@corp.test')
  const accepted = await auth.call('POST', '/auth/invitations/accept', {
    body: { token, password: PASSWORD, delivery: 'body' },
  })
  t.equal(accepted.statusCode, 200)
  const { accessToken, refreshToken, user } = accepted.json()
  const refreshed = await auth.call('POST', '/auth/refresh', { body: { refreshToken } })
  t.equal(refreshed.statusCode, 200)
  t.equal(
    (await auth.call('POST', '/auth/logout', { body: { refreshToken: refreshed.json().refreshToken } })).statusCode,
    204,
  )
  t.equal((await auth.call('GET', '/auth/me', { token: accessToken })).statusCode, 401)
  const role = { description: 'Pays', scopes: ['employees:read'] }
  t.equal((await asAdmin('PUT', '/admin/roles/payroll', role)).statusCode, 201)
  t.equal((await asAdmin('DELETE', `/admin/users/${user.id}`)).statusCode, 204)
  const trail = await asAdmin('GET', `/admin/audit?userId=${user.id}`)
  t.ok(trail.json().items.length > 0)
  t.equal((await asAdmin('GET', '/health/ready')).json().status, 'ok')
})

t.test('what only an owner may do is refused: CREATE, ALTER, DROP TRIGGER, TRUNCATE, SET ROLE', async (t) => {
  const client = connected(url)
  const owned = { table: 'audit_events', trigger: 'audit_events_append_only', jobs: 'public_jobs', owner: 'auth_owner' }
  const others = [
    "select audit_entry('user_enabled', null, '{}')",
    'alter table users alter column roles set default null',
  ]
  for (const statement of [...statementsOfOwners(owned), ...others])
    await t.rejects(client.query(statement), { code: '42501' }, statement)
  await client.query('create temporary table things (id int)')
})

t.test('rights of before are taken away by the next migration, and what cannot be is told', async (t) => {
  const owner = connected(ownerUrl)
  await owner.query('grant all on all tables in schema public, public_jobs to auth')
  await owner.query('grant all on schema public, public_jobs to public')
  await migrate()
  const client = connected(url)
  for (const statement of ['truncate users cascade', 'create table things (id int)', 'delete from kysely_migration'])
    await t.rejects(client.query(statement), { code: '42501' }, statement)
  t.notMatch(logs.text(), WARNINGS)

  await runSql(postgres.superuserUrl(), 'grant auth_owner to auth')
  await migrate()
  t.match(logs.text(), /DATABASE_URL signs in as auth, who may become auth_owner: revoke auth_owner from auth/)
  await runSql(postgres.superuserUrl(), 'revoke auth_owner from auth')
})

t.test('an owner may also start the service itself: it migrates, unless the setting is there', async (t) => {
  const database = await postgres.createDatabase('of_its_own')
  const own = { ...environment, databaseUrl: database, redisPrefix: `${environment.redisPrefix}own:` }
  const config = configOf(own, { MIGRATION_DATABASE_URL_FILE: '/run/secrets/not-for-the-service' })
  await t.rejects(buildApp(config, { logStream: logs.stream, redisPrefix: own.redisPrefix }), { code: 'SCHEMA_BEHIND' })
  await startAuthService(t, { environment: own })
})

t.test('tables that one role has made are handed over by name', async (t) => {
  const old = await postgres.createDatabase('old')
  const before = { ...environment, databaseUrl: old, redisPrefix: `${environment.redisPrefix}old:` }
  await startAuthService(t, { environment: before })
  const inOld = (...statements: string[]) => runSql(postgres.superuserUrl('old'), ...statements)
  await inOld("create role old_owner login password 'private'", 'grant connect, create on database old to old_owner')
  const owner = new URL(old)
  owner.username = 'old_owner'
  await t.rejects(migrate({ DATABASE_URL: old, MIGRATION_DATABASE_URL: owner.href }), {
    code: 'NOT_THE_OWNER',
    message:
      /^MIGRATION_DATABASE_URL signs in as old_owner, and the table \w+ belongs to old\. .*: reassign owned by old to old_owner; grant connect, temporary on database old to old$/,
  })
  await inOld('reassign owned by old to old_owner', 'grant connect, temporary on database old to old')
  await migrate({ DATABASE_URL: old, MIGRATION_DATABASE_URL: owner.href })
  const auth = await startAuthService(t, { environment: before })
  t.equal((await auth.signIn(ADMIN.email, ADMIN)).email, ADMIN.email, 'with the accounts of before')
})
