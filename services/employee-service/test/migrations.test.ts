import { createDatabase, migrate } from '@latchkey/database'
import { privatePostgres } from '@latchkey/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import type { EmployeeDatabase } from '../src/database/employee-database.ts'
import { migrations } from '../src/database/migrations/index.ts'
import { buildApp } from '../src/index.ts'
import { READER, testConfig, WRITER } from './employee-app.ts'

const grace = { id: '0190b5c4-8a3e-7c1d-9f00-1234567890ab', email: 'grace@example.com' }

t.test('employees from the first version are found, read and changed after every migration since', async (t) => {
  const config = { ...(await testConfig(t)), logLevel: 'silent' } as const
  const { db, close } = createDatabase<EmployeeDatabase>(config.database)
  const [first = ''] = Object.keys(migrations).sort()
  await migrate({ db, migrations: Object.fromEntries(Object.entries(migrations).filter(([name]) => name === first)) })
  await sql`
    insert into employees (id, first_name, last_name, email) values (${grace.id}, 'Gráce', 'Höpper', ${grace.email})`.execute(
    db,
  )
  await close()

  const app = await buildApp(config)
  t.teardown(() => app.close())
  const found = await app.inject({ url: '/employees', headers: READER, query: { query: 'hopper grace' } })
  t.match(found.json().items, [{ ...grace, version: 1 }])
  const url = `/employees/${grace.id}`
  const changed = await app.inject({ method: 'PATCH', url, headers: WRITER, payload: { jobTitle: 'Admiral' } })
  t.match(changed.json(), { jobTitle: 'Admiral', version: 2 })
  const history = await app.inject({ url: `${url}/history`, headers: READER })
  t.match(history.json().items, [{ action: 'updated', version: 2 }])
})

t.test('the extensions may be in a schema of their own, which the service does not look into', async (t) => {
  const postgres = await privatePostgres(t)
  const database = { url: postgres.url, schema: 'staff' }
  const { db, close } = createDatabase<EmployeeDatabase>({ url: postgres.url })
  for (const statement of [
    'create schema staff',
    'create schema extensions',
    'create extension unaccent with schema extensions',
    'create extension pg_trgm with schema extensions',
  ]) {
    await sql.raw(statement).execute(db)
  }
  await close()

  const app = await buildApp({ ...(await testConfig(t)), database, logLevel: 'silent' })
  t.teardown(() => app.close())
  const payload = { firstName: 'Zoë', lastName: 'Ångström', email: 'zoe@example.com' }
  t.equal((await app.inject({ method: 'POST', url: '/employees', headers: WRITER, payload })).statusCode, 201)
  const found = await app.inject({ url: '/employees', headers: READER, query: { query: 'angstrom zoe' } })
  t.match(found.json().items, [payload])
})

t.end()
