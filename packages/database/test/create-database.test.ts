import { type TestScope, tcpRelay, testEnvironment } from '@latchkey/test-kit'
import { type Kysely, sql } from 'kysely'
import type pg from 'pg'
import t from 'tap'
import { createDatabase, isUnavailable } from '../src/index.ts'

const { databaseUrl, schema } = await testEnvironment(t)

type Overrides = Partial<Parameters<typeof createDatabase>[0]>

function open(test: TestScope, overrides: Overrides = {}) {
  const database = createDatabase<Record<string, never>>({ url: databaseUrl, schema, ...overrides })
  test.teardown(() => database.close())
  return database
}

async function backendOf(db: Kysely<Record<string, never>>): Promise<number | undefined> {
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)
  return rows[0]?.pid
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  )
}

t.test('unqualified names mean the chosen schema', async (t) => {
  const { db } = open(t)
  const { rows } = await sql<{ schema: string }>`select current_schema() as schema`.execute(db)
  t.same(rows, [{ schema }])
})

t.test('a schema name that would need quoting is refused', async (t) => {
  t.throws(() => createDatabase({ url: databaseUrl, schema: 'a,b' }), { message: /plain lower-case identifier/ })
})

t.test('ping answers, and rejects as unavailable when no server listens', async (t) => {
  await open(t).ping()
  const nowhere = open(t, { url: 'postgres://postgres@127.0.0.1:1/none' })
  t.ok(isUnavailable(await failureOf(nowhere.ping())))
})

t.test('an idle connection that breaks is reported and replaced', async (t) => {
  const reported: Error[] = []
  const { db, pool, ping } = open(t, { poolSize: 1, onError: (error) => reported.push(error) })
  const backend = await backendOf(db)
  const broken = new Promise((resolve) => pool.once('error', resolve))
  await sql`select pg_terminate_backend(${backend})`.execute(open(t).db)
  await broken
  t.equal(reported.length, 1)
  await ping()
})

t.test('a connection that breaks under a query fails that query alone, as unavailable', async (t) => {
  const { db, ping } = open(t, { poolSize: 1 })
  const killed = db.connection().execute(async (connection) => {
    const backend = await backendOf(connection)
    const failure = failureOf(sql`select pg_sleep(1)`.execute(connection))
    await sql`select pg_terminate_backend(${backend})`.execute(open(t).db)
    return failure
  })
  t.ok(isUnavailable(await killed))
  await ping()
})

t.test('a statement that takes too long is cancelled, as unavailable', async (t) => {
  const { db, ping } = open(t, { poolSize: 1, statementTimeoutMs: 50 })
  t.ok(isUnavailable(await failureOf(sql`select pg_sleep(5)`.execute(db))))
  await ping()
})

t.test('a query that gets no connection in time is unavailable', async (t) => {
  const { db } = open(t, { poolSize: 1, connectTimeoutMs: 500 })
  await db.connection().execute(async () => {
    t.ok(isUnavailable(await failureOf(sql`select 1`.execute(db))))
  })
})

t.test('a server that has gone silent is unavailable, and its connections are not used again', async (t) => {
  const proxy = await tcpRelay(t, databaseUrl)
  const { db } = open(t, { url: proxy.url, poolSize: 1, statementTimeoutMs: 100, connectTimeoutMs: 500 })
  const before = await backendOf(db)
  proxy.hang()
  t.ok(isUnavailable(await failureOf(sql`select 1`.execute(db))), 'on the open connection')
  t.ok(isUnavailable(await failureOf(sql`select 1`.execute(db))), 'on a new one')
  await proxy.restore()
  t.not(await backendOf(db), before)
})

t.test('a silent server is also noticed on the pool itself', async (t) => {
  const proxy = await tcpRelay(t, databaseUrl)
  const { pool } = open(t, { url: proxy.url, poolSize: 1, statementTimeoutMs: 100 })
  await pool.query('select 1')
  proxy.hang()
  t.ok(isUnavailable(await failureOf(pool.query('select 1'))))
})

/** Connections to be are writable, those that are open are not: as after a fail-over behind one address. */
async function becomeReadOnly(pool: pg.Pool): Promise<void> {
  await pool.query('set default_transaction_read_only = on')
}

t.test('after a fail-over writes are refused once, as unavailable, and reach the new primary then', async (t) => {
  const { db, pool } = open(t, { poolSize: 1 })
  await sql`create table written (at int)`.execute(db)
  await becomeReadOnly(pool)
  const write = (at: number) => db.transaction().execute((trx) => sql`insert into written values (${at})`.execute(trx))
  t.match(await failureOf(write(1)), { code: '25006' })
  t.equal(await failureOf(write(2)), undefined)
  const { rows } = await sql`select at from written`.execute(db)
  t.same(rows, [{ at: 2 }])
})

t.test('a server that takes no writes is degraded, and its connection is not used again', async (t) => {
  const { pool, ping } = open(t, { poolSize: 1 })
  t.equal(await ping(), 'ok')
  await becomeReadOnly(pool)
  t.equal(await ping(), 'degraded')
  t.equal(await ping(), 'ok')
})

const POOLERS_DOING: [string, string][] = [
  ['a statement that the session does not have', 'execute nothing'],
  ['a statement that the session has already', 'prepare twice as select 1'],
]
for (const [title, statement] of POOLERS_DOING) {
  t.test(`${title} is unavailable, and its connection is not used again`, async (t) => {
    const { db, pool } = open(t, { poolSize: 1 })
    await pool.query('prepare twice as select 1')
    const before = await backendOf(db)
    t.ok(isUnavailable(await failureOf(pool.query(statement))))
    t.not(await backendOf(db), before)
  })
}

t.test('closing waits for running queries, and may be asked for twice', async (t) => {
  const database = createDatabase<Record<string, never>>({ url: databaseUrl })
  const { promise: started, resolve: start } = Promise.withResolvers<void>()
  const running = database.db.connection().execute((connection) => {
    start()
    return sql`select pg_sleep(0.1)`.execute(connection)
  })
  await started
  await Promise.all([database.close(), database.close()])
  t.equal((await running).rows.length, 1)
  t.ok(await failureOf(database.ping()))
})
