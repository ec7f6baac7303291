import { createDatabase, migrate } from '@latchkey/database'
import { NO_HURRY, testEnvironment } from '@latchkey/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { listAuditEvents } from '../../src/audit/audit-repository.ts'
import type { AuthDatabase, AuthSchema } from '../../src/database/auth-database.ts'
import { migrations } from '../../src/database/migrations/index.ts'
import { uniqueKey } from '../../src/users/user.ts'
import { usernameLook } from '../../src/users/username-look.ts'

/** Columns, indexes, constraints, triggers and functions of the schema. */
async function shapeOf(db: AuthDatabase, schema: string): Promise<unknown[]> {
  const { rows } = await sql`
    select 'column' as kind, table_name || '.' || column_name as name,
      concat_ws(' ', data_type, is_nullable, column_default, is_identity, generation_expression) as detail
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
  const { databaseUrl: url, schema } = await testEnvironment(t)
  const { db, close } = createDatabase<AuthSchema>({ url, schema, ...NO_HURRY })
  t.teardown(close)
  await migrate({ db, migrations, schema })
  const before = await shapeOf(db, schema)
  t.ok(before.length > 50)

  for (const name of Object.keys(migrations).sort().reverse()) await migrations[name]?.down(db)
  await sql`delete from kysely_migration`.execute(db)
  const left = JSON.stringify(await shapeOf(db, schema))
  t.notMatch(left, /user|session|audit|client|revoked|refuse_change/)

  await migrate({ db, migrations, schema })
  t.same(await shapeOf(db, schema), before)
})

t.test('before scopes and roles of one’s own, staff are users again, which could do the same then', async (t) => {
  const { databaseUrl: url, schema } = await testEnvironment(t)
  const { db, close } = createDatabase<AuthSchema>({ url, schema, ...NO_HURRY })
  t.teardown(close)
  await migrate({ db, migrations, schema })
  for (const [name, roles] of Object.entries({
    reader: '{staff}',
    both: '{user,staff}',
    hr: '{staff,hr}',
    own: '{payroll}',
  })) {
    await sql`
      insert into users (id, email, email_key, username, username_key, password_hash, roles)
      values (gen_random_uuid(), ${name}, ${name}, ${name}, ${name}, '', ${roles})`.execute(db)
  }
  await migrations['0009-permissions']?.down(db)
  const { rows } = await sql<{ username: string; roles: string[] }>`select username, roles from users`.execute(db)
  const rolesOf = Object.fromEntries(rows.map(({ username, roles }) => [username, roles.sort()]))
  t.same(rolesOf, { reader: ['user'], both: ['user'], hr: ['hr', 'user'], own: ['user'] })
})

t.test(
  'accounts whose names looked alike before keep them; the one in Latin letters, or the oldest, has the look',
  async (t) => {
    const { databaseUrl: url, schema } = await testEnvironment(t)
    const { db, close } = createDatabase<AuthSchema>({ url, schema, ...NO_HURRY })
    t.teardown(close)
    const before = Object.fromEntries(Object.entries(migrations).filter(([name]) => name < '0012'))
    await migrate({ db, migrations: before, schema })
    const letters = 'ɑαасᴄԁеҽꬲքẝꞙꬵƍɡցᶃһհıɩɪιіӏꙇϳјǀոռοσоօᴏᴑꬽρрԛգզгᴦꭇꭈƽѕꜱʋυսᴜꞟꭎꭒνѵᴠɯѡԝաᴡхɣʏγуүᶌỿꭚᴢ'
    const names = ['сара', 'capa', 'оса', 'οca', 'Ивана', ...letters].map((name, n) => `${name}${n > 4 ? n : ''}`)
    for (const [n, name] of names.entries()) {
      await sql`
      insert into users (id, email, email_key, username, username_key, password_hash, roles, created_at)
      values (gen_random_uuid(), ${name}, ${name}, ${name}, ${uniqueKey(name)}, '', '{user}', now() + make_interval(secs => ${n}))
    `.execute(db)
    }
    await migrate({ db, migrations, schema })
    const rows = await db.selectFrom('users').select(['username', 'username_look']).execute()
    const looks = Object.fromEntries(rows.map((row) => [row.username, row.username_look]))
    const alike = { сара: null, οca: null }
    t.same(looks, { ...Object.fromEntries(names.map((name) => [name, usernameLook(name)])), ...alike })
  },
)

t.test(
  'the trail of before keeps its entries, personal values apart, and gets them back on the way down',
  async (t) => {
    const { databaseUrl: url, schema } = await testEnvironment(t)
    const { db, close } = createDatabase<AuthSchema>({ url, schema, ...NO_HURRY })
    t.teardown(close)
    const upTo = (last: string) => Object.fromEntries(Object.entries(migrations).filter(([name]) => name <= last))
    await migrate({ db, migrations: upTo('0007-accounts'), schema })
    await sql`
    insert into audit_events (id, at, type, outcome, actor_id, subject_id, device_id, ip, request_id, details) values
    ('01a2293b-8720-756a-b673-231e61bcd8fc', '2026-01-01', 'user_updated', 'success', 'a', 'b', null, '192.0.2.1', 'r1',
      '{"roles": ["hr"], "fullName": "Ada", "username": null}'),
    ('01a2293b-8720-756a-b673-231e61bcd8fd', '2026-01-02', 'login_failed', 'failure', null, 'b', 'd', '192.0.2.2', 'r2',
      '{"why": "wrong_password"}')`.execute(db)
    const read = async () => (await sql`select * from audit_events order by id`.execute(db)).rows
    const before = await read()

    await migrate({ db, migrations: upTo('0008-audit'), schema })
    t.same(
      (await listAuditEvents(db, {}, 10, undefined)).map(({ ip, requestId, count, details }) => ({
        ip,
        requestId,
        count,
        details,
      })),
      [
        { ip: '192.0.2.2', requestId: 'r2', count: 1, details: { why: 'wrong_password' } },
        { ip: '192.0.2.1', requestId: 'r1', count: 1, details: { roles: ['hr'], fullName: 'Ada', username: null } },
      ],
    )
    t.notMatch(JSON.stringify(await read()), /192\.0|Ada|username/)

    await migrations['0008-audit']?.down(db)
    t.same(await read(), before)
  },
)

t.test(
  'clients that administrators made before go on introspecting tokens; of those in the settings these decide',
  async (t) => {
    const { databaseUrl: url, schema } = await testEnvironment(t)
    const { db, close } = createDatabase<AuthSchema>({ url, schema, ...NO_HURRY })
    t.teardown(close)
    const before = Object.fromEntries(Object.entries(migrations).filter(([name]) => name < '0013'))
    await migrate({ db, migrations: before, schema })
    await sql`
    insert into service_clients (client_id, scopes, configured, deleted_at) values
      ('made', '{employees:read}', false, null),
      ('bare', '{}', false, null),
      ('has-it', '{tokens:introspect}', false, null),
      ('deleted', '{employees:read}', false, now()),
      ('employee-service', '{users:disable}', true, null)`.execute(db)
    const read = async () => {
      const rows = await db.selectFrom('service_clients').select(['client_id', 'scopes']).execute()
      return Object.fromEntries(rows.map(({ client_id, scopes }) => [client_id, scopes.join(' ')]))
    }
    await migrate({ db, migrations, schema })
    t.same(await read(), {
      made: 'employees:read tokens:introspect',
      bare: 'tokens:introspect',
      'has-it': 'tokens:introspect',
      deleted: 'employees:read',
      'employee-service': 'users:disable',
    })
    t.match(await db.selectFrom('service_clients').select(['version', 'created_by']).execute(), [
      { version: 0, created_by: null },
    ])
    await migrations['0013-clients-of-their-makers']?.down(db)
    t.notMatch(JSON.stringify(await read()), /introspect/, 'what earlier versions do not know')
  },
)
