import { createDatabase, migrate } from '@latchkey/database'
import { NO_HURRY, privatePostgres } from '@latchkey/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import type { EmployeeDatabase, EmployeeSchema } from '../../src/database/employee-database.ts'
import { migrations } from '../../src/database/migrations/index.ts'
import { buildApp } from '../../src/index.ts'
import { listDeniedAccounts } from '../../src/offboarding/denylist-repository.ts'
import { READER, testConfig, WRITER } from '../support/employee-app.ts'

const grace = { id: '0190b5c4-8a3e-7c1d-9f00-1234567890ab', email: 'grace@example.com' }

t.test('employees from the first version are found, read and changed after every migration since', async (t) => {
  const config = { ...(await testConfig(t)), logLevel: 'silent' } as const
  const { db, close } = createDatabase<EmployeeSchema>({ ...config.database, ...NO_HURRY })
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
  const history = await app.inject({ url: `${url}/history`, headers: WRITER })
  t.match(history.json().items, [{ action: 'updated', version: 2 }])
})

t.test('the extensions may be in a schema of their own, which the service does not look into', async (t) => {
  const postgres = await privatePostgres(t)
  const database = { url: postgres.url, schema: 'staff' }
  const { db, close } = createDatabase<EmployeeSchema>({ url: postgres.url, ...NO_HURRY })
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

t.test(
  'of earlier failures, what says nothing about the account is tried again, and a withdrawal goes back to none',
  async (t) => {
    const { database } = await testConfig(t)
    const { db, close } = createDatabase<EmployeeSchema>({ ...database, ...NO_HURRY })
    t.teardown(close)
    const before = Object.fromEntries(Object.entries(migrations).filter(([name]) => name < '0008'))
    await migrate({ db, migrations: before })
    for (const error of ['409 last_admin', '403 insufficient_scope']) {
      await sql`
      insert into offboardings (id, employee_id, user_id, state, request_id, attempts, last_error)
      values (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'failed', 'r', 1, ${error})`.execute(db)
    }
    const states = async () =>
      (
        await sql`select last_error, state, user_id is null as without from offboardings order by last_error`.execute(
          db,
        )
      ).rows
    await migrate({ db, migrations })
    const after = [
      { last_error: '403 insufficient_scope', state: 'pending', without: false },
      { last_error: '409 last_admin', state: 'failed', without: false },
    ]
    t.same(await states(), after)
    const accounts = await listDeniedAccounts(db, 0)
    t.match(
      accounts.sort((a, b) => Number(a.failed) - Number(b.failed)),
      [{ goesOn: false }, { goesOn: true }],
    )

    await sql`update offboardings set state = 'withdrawn', withdrawn_at = now(), withdrawn_by = 'user:root'
    where state = 'failed'`.execute(db)
    for (const name of Object.keys(migrations).sort().reverse()) {
      if (name >= '0008') await migrations[name]?.down(db)
    }
    t.same(await states(), [after[0], { last_error: '409 last_admin', state: 'none', without: true }])
  },
)

/** What tables, functions and triggers of the schema look like. */
async function shapeOf(db: EmployeeDatabase, schema: string): Promise<unknown[]> {
  const { rows } = await sql`
    select 'column' as kind, table_name || '.' || column_name as name,
      concat_ws(' ', data_type, collation_name, is_nullable, column_default, is_identity, generation_expression) as detail
    from information_schema.columns where table_schema = ${schema}
    union all select 'index', indexname, indexdef from pg_indexes where schemaname = ${schema}
    union all
    select 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
    from pg_constraint where connamespace = ${schema}::regnamespace
    union all
    select 'trigger', tgname, pg_get_triggerdef(pg_trigger.oid) from pg_trigger
    join pg_class on pg_class.oid = tgrelid
    where relnamespace = ${schema}::regnamespace and not tgisinternal
    union all
    select 'function', oid::regprocedure::text, pg_get_functiondef(oid)
    from pg_proc where pronamespace = ${schema}::regnamespace
    order by kind, name`.execute(db)
  return rows
}

t.test('all migrations down and up again give the same schema, and nothing is left in between', async (t) => {
  const { database } = await testConfig(t)
  const { schema = '' } = database
  const { db, close } = createDatabase<EmployeeSchema>({ ...database, ...NO_HURRY })
  t.teardown(close)
  await migrate({ db, migrations })
  const before = await shapeOf(db, schema)
  t.ok(before.length > 50)

  for (const name of Object.keys(migrations).sort().reverse()) await migrations[name]?.down(db)
  await sql`delete from kysely_migration`.execute(db)
  const left = JSON.stringify(await shapeOf(db, schema))
  t.notMatch(left, /employee|offboarding|idempotency/)

  await migrate({ db, migrations })
  t.same(await shapeOf(db, schema), before)
})

t.end()
