import { createDatabase } from '@latchkey/database'
import { captureLogs, eventually, NO_HURRY, privatePostgres, statementsOfOwners } from '@latchkey/test-kit'
import t from 'tap'
import { buildApp } from '../../src/index.ts'
import { migrateDatabase } from '../../src/migration.ts'
import { authServer } from '../support/auth-server.ts'
import { exportCsv, importCsv } from '../support/csv-calls.ts'
import { employeeApp, testConfig, WRITER } from '../support/employee-app.ts'
import { createLinked, readAs, terminate, untilState } from '../support/offboarding-app.ts'

const postgres = await privatePostgres(t)
const { url, ownerUrl } = await postgres.createOwnedDatabase('employee')
const settings = { EMPLOYEE_DATABASE_URL: url, EMPLOYEE_MIGRATION_DATABASE_URL: ownerUrl }
const logs = captureLogs()
const warn = (...said: unknown[]): void => void logs.stream.write(`${JSON.stringify({ said })}\n`)
const migrate = () => migrateDatabase({ environment: settings, log: { warn } })

t.test('under a role without tables the start says by name what is missing', async (t) => {
  const config = { ...(await testConfig(t)), database: { url }, logLevel: 'silent' } as const
  await t.rejects(buildApp(config), {
    code: 'SCHEMA_BEHIND',
    message: /^EMPLOYEE_DATABASE_URL: .*, 0001-employees and/,
  })
})

t.test('employee-service does all that it does as a role that owns nothing', async (t) => {
  await Promise.all([migrate(), migrate()])
  await migrate()
  t.notMatch(logs.text(), /signs in as|may not make/)

  const auth = await authServer(t)
  const { app } = await employeeApp(t, (config) => ({ ...config, auth: auth.config, database: { url } }))
  const linked = await createLinked(app)
  t.equal((await app.inject({ url: `${linked.url}/history`, headers: WRITER })).statusCode, 200)
  const imported = await importCsv(app, 'firstName,lastName,email,managerId\nAda,Lovelace,ada@example.com,\n')
  t.same(imported.json(), { imported: 1, dryRun: false })
  t.match((await exportCsv(app)).body, 'ada@example.com')
  t.equal((await terminate(app, linked)).statusCode, 202)
  t.equal(await readAs(app, linked), '401 token_revoked')
  await untilState(app, linked, 'done')
  t.ok(await eventually(async () => (await app.inject('/health/ready')).json().status !== 'unavailable'))
})

t.test('what only an owner may do is refused: CREATE, ALTER, DROP TRIGGER, TRUNCATE, SET ROLE', async (t) => {
  const { pool: client, close } = createDatabase<unknown>({ url, poolSize: 1, ...NO_HURRY })
  t.teardown(close)
  const { rows } = await client.query(
    "select tgname from pg_trigger where tgrelid = 'employees'::regclass and not tgisinternal limit 1",
  )
  const owned = { table: 'employees', trigger: rows[0].tgname, jobs: 'public_jobs', owner: 'employee_owner' }
  for (const statement of statementsOfOwners(owned))
    await t.rejects(client.query(statement), { code: '42501' }, statement)
  await client.query('create temporary table things (id int)')
})
