import { privatePostgres, runSql, startPgbouncer } from '@latchkey/test-kit'
import { type Kysely, sql } from 'kysely'
import t from 'tap'
import { createDatabase, type DatabaseAddress, DatabaseFault, isUnavailable, prepareDatabase } from '../src/index.ts'

const postgres = await privatePostgres(t)
const names = { url: 'SOME_URL', sessionUrl: 'SOME_SESSION_URL', migrate: 'npm run migrate' }
const migrations = {
  '0001-things': { up: async (db: Kysely<unknown>) => void (await sql`create table things (id int)`.execute(db)) },
  '0002-more': { up: async (db: Kysely<unknown>) => void (await sql`create table more (id int)`.execute(db)) },
}

const prepare = (address: DatabaseAddress) =>
  prepareDatabase({ address, names, migrations, applicationName: 'database test' })

async function faultOf(address: DatabaseAddress): Promise<unknown> {
  const error = await prepare(address).catch((thrown: unknown) => thrown)
  t.ok(error instanceof DatabaseFault, String(error))
  t.notOk(isUnavailable(error), 'waiting does not help')
  return error
}

function changed(change: (url: URL) => void): string {
  const url = new URL(postgres.url)
  change(url)
  return url.href
}

const asSuperuser = (...statements: string[]) => runSql(postgres.superuserUrl(), ...statements)

t.test('what waiting does not cure is named with its setting at the first try', async (t) => {
  const faults: [what: string, url: string, expected: object][] = [
    ['a wrong password', changed((url) => (url.password = 'wrong')), { code: '28P01', message: /^SOME_URL: password/ }],
    ['no password', changed((url) => (url.password = '')), { message: /^SOME_URL: SASL: .*password/ }],
    ['a role that does not exist', changed((url) => (url.username = 'nobody')), { message: /^SOME_URL: .*"nobody"/ }],
    [
      'a database that does not exist',
      changed((url) => (url.pathname = '/nowhere')),
      { code: '3D000', message: /^SOME_URL: database "nowhere" does not exist/ },
    ],
    [
      'TLS, which the server does not offer',
      changed((url) => url.searchParams.set('sslmode', 'require')),
      { message: 'SOME_URL: The server does not support SSL connections' },
    ],
    [
      'a database of others',
      changed((url) => (url.pathname = '/postgres')),
      { code: '42501', message: /^SOME_URL: permission denied/ },
    ],
  ]
  await asSuperuser('revoke all on database postgres from public')
  for (const [what, url, expected] of faults) t.match(await faultOf({ url }), expected, what)
})

t.test('what waiting may cure is as the driver tells it', async (t) => {
  for (const url of [
    'postgres://a:b@127.0.0.1:1/c',
    'postgres://a:b@host.invalid/c',
    'postgres://a:b@%2Fno%2Fsocket/c',
  ])
    await prepare({ url }).then(
      () => t.fail(url),
      (error: unknown) => t.ok(isUnavailable(error), `${url}: ${error}`),
    )
})

t.test('a database that is not in UTF-8 is refused in plain words, before anything is made in it', async (t) => {
  for (const encoding of ['LATIN1', 'SQL_ASCII']) {
    const name = `in_${encoding.toLowerCase()}`
    await asSuperuser(
      `create database ${name} encoding '${encoding}' locale_provider libc locale 'C' template template0 owner latchkey_test`,
    )
    const url = changed((each) => (each.pathname = `/${name}`))
    t.match(await faultOf({ url }), {
      code: 'DATABASE_NOT_UTF8',
      message: new RegExp(`^SOME_URL: the database ${name} is encoded in ${encoding}, .* encoding 'UTF8'`),
    })
    const { pool, close } = createDatabase<unknown>({ url })
    t.teardown(close)
    t.same((await pool.query("select from pg_class where relname = 'things'")).rows, [])
  }
})

t.test('a search path that leads nowhere is named', async (t) => {
  const url = changed((each) => each.searchParams.set('options', '-c search_path='))
  t.match(await faultOf({ url }), { message: 'SOME_URL: the search path names no schema that exists' })
})

t.test('a role that owns the tables migrates, unless another is to do that', async (t) => {
  t.match(await faultOf({ url: postgres.url, migrates: false }), {
    code: 'SCHEMA_BEHIND',
    message:
      'SOME_URL: the schema public of its database is behind this version, 0001-things and 1 more has not run. Run this first: npm run migrate',
  })
  t.match(await prepare({ url: postgres.url }), {
    connection: { url: postgres.url, searchPath: '"$user", public', isPooled: false },
    sessions: { url: postgres.url, searchPath: '"$user", public' },
    isOwner: true,
  })
  t.match(await prepare({ url: postgres.url, migrates: false }), { isOwner: false })
})

t.test('a role that does not own the tables leaves them as they are, and says by name what is missing', async (t) => {
  const { url, ownerUrl } = await postgres.createOwnedDatabase('owned')
  t.match(await faultOf({ url }), { code: 'SCHEMA_BEHIND', message: /0001-things and 1 more/ })
  await prepare({ url: ownerUrl })
  t.match(await faultOf({ url }), { code: '42501', message: /^SOME_URL: permission denied for table/ })
  const owner = createDatabase<unknown>({ url: ownerUrl })
  t.teardown(owner.close)
  await owner.pool.query('grant select on kysely_migration to owned')
  t.match(await prepare({ url }), { isOwner: false })
  await owner.pool.query("delete from kysely_migration where name = '0002-more'")
  t.match(await faultOf({ url }), { code: 'SCHEMA_BEHIND', message: /this version, 0002-more has not run/ })
})

for (const mode of ['session', 'transaction', 'statement'] as const) {
  const pooler = await startPgbouncer(t, { mode, url: postgres.url })
  if ('missing' in pooler) {
    t.test(`PgBouncer in ${mode} mode`, { skip: pooler.missing }, async () => {})
    continue
  }
  const { url } = pooler

  if (mode === 'session') {
    t.test('PgBouncer in session mode serves as it comes', async (t) => {
      t.match(await prepare({ url }), { connection: { url, isPooled: false }, sessions: { url } })
    })
    continue
  }

  if (mode === 'statement') {
    t.test('PgBouncer in statement mode is found out by name', async (t) => {
      const message = /^SOME_URL: transaction blocks not allowed/
      t.match(await faultOf({ url }), { message })
      t.match(await faultOf({ url, sessionUrl: postgres.url }), { message })
      t.match(await faultOf({ url, sessionUrl: url }), { message: /^SOME_SESSION_URL: transaction blocks not allowed/ })
    })
    continue
  }

  t.test('PgBouncer in transaction mode, alone or as the way past a pooler, is found out by name', async (t) => {
    t.match(await faultOf({ url }), {
      code: 'POOLED_PER_TRANSACTION',
      message: /^SOME_URL leads to a pooler in transaction mode\. Set SOME_SESSION_URL as well/,
    })
    t.match(await faultOf({ url, sessionUrl: url }), {
      code: 'POOLED_PER_TRANSACTION',
      message: /^SOME_SESSION_URL leads to a pooler in transaction mode\. It has to lead past/,
    })
  })

  t.test('PgBouncer in transaction mode serves with a way past it, to the same database', async (t) => {
    t.match(await prepare({ url, sessionUrl: postgres.url }), {
      connection: { url, isPooled: true },
      sessions: { url: postgres.url },
    })
    t.match(await faultOf({ url, sessionUrl: await postgres.createDatabase('elsewhere') }), {
      message: 'SOME_SESSION_URL and SOME_URL lead to different databases',
    })
  })
}
