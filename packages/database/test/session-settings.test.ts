import { privatePostgres, startPgbouncer } from '@latchkey/test-kit'
import { sql } from 'kysely'
import pg from 'pg'
import t from 'tap'
import { createDatabase, type Database, isUnavailable } from '../src/index.ts'

const postgres = await privatePostgres(t)
const role = new URL(postgres.url).username

/** What an operator, or another program, may have set for the server, the database or the role, and what would then come back otherwise. */
const AWKWARD: Record<string, string> = {
  array_nulls: 'off',
  bytea_output: 'escape',
  datestyle: 'SQL, DMY',
  default_transaction_deferrable: 'on',
  default_transaction_isolation: 'serializable',
  extra_float_digits: '-15',
  idle_in_transaction_session_timeout: '1h',
  intervalstyle: 'sql_standard',
  lc_messages: 'C',
  lock_timeout: '1h',
  standard_conforming_strings: 'off',
  statement_timeout: '1h',
  timezone: 'Asia/Kathmandu',
  transform_null_equals: 'on',
}

const admin = new pg.Client({ connectionString: postgres.superuserUrl(role) })
await admin.connect()
t.teardown(() => admin.end())

async function alter(where: string, settings: Record<string, string>): Promise<void> {
  for (const [name, value] of Object.entries(settings))
    await admin.query(`alter ${where} set ${name} to ${quoted(value)}`)
}
const quoted = (value: string): string =>
  value
    .split(', ')
    .map((part) => `'${part}'`)
    .join(', ')

const pooler = await startPgbouncer(t, { mode: 'transaction', url: postgres.url })
const ways: [way: string, open: () => Database<unknown>][] = [
  ['to the server', () => createDatabase<unknown>({ url: postgres.url, poolSize: 2 })],
  ['by transactions', () => createDatabase<unknown>({ url: postgres.url, isPooled: true, poolSize: 2 })],
]
if ('url' in pooler) {
  ways.push(['by way of PgBouncer', () => createDatabase<unknown>({ url: pooler.url, isPooled: true, poolSize: 2 })])
} else t.test('settings by way of PgBouncer', { skip: pooler.missing }, async () => {})

const places: [place: string, where: string][] = [
  ['the role', `role ${role}`],
  ['the database', `database ${role}`],
  ['the role in the database', `role ${role} in database ${role}`],
]

for (const [place, where] of places) {
  t.test(`settings of ${place} change nothing of what is written and read`, async (t) => {
    await alter(where, AWKWARD)
    t.teardown(() => admin.query(`alter ${where} reset all`))
    for (const [way, open] of ways) {
      const { db, pool, close } = open()
      const at = new Date('2026-02-03T04:05:06.789Z')
      const bytes = Buffer.from([0, 92, 39, 255])
      const { rows } = await sql`
        select ${at}::timestamptz as at, ${'2026-02-03'}::date::text as day, timestamptz '2026-02-03 04:05:06.789Z' as literal,
          '2026-02-03 04:05:06'::timestamptz = '2026-02-03 04:05:06Z' as "isUtc", interval '1 day 2 h'::text as span,
          ${bytes}::bytea as bytes, 0.1::float8 + 0.2::float8 as sum, '\\'::text as backslash,
          ${['a', null]}::text[] as list, null = null as nothing`.execute(db)
      t.strictSame(
        rows,
        [
          {
            at,
            day: '2026-02-03',
            literal: at,
            isUtc: true,
            span: '1 day 02:00:00',
            bytes,
            sum: 0.1 + 0.2,
            backslash: '\\',
            list: ['a', null],
            nothing: null,
          },
        ],
        way,
      )
      const levels = await db.transaction().execute(async (trx) => {
        const { rows: shown } = await sql`
          select current_setting('transaction_isolation') as isolation, current_setting('statement_timeout') as limit,
            current_setting('lock_timeout') as locks`.execute(trx)
        return shown
      })
      t.same(levels, [{ isolation: 'read committed', limit: '1500ms', locks: '0' }], way)
      t.same((await pool.query('show statement_timeout')).rows, [{ statement_timeout: '1500ms' }], way)
      await close()
    }
  })
}

t.test('a language of messages that is not English hides no stale plan', async (t) => {
  const { db, close } = createDatabase<{ pets: { id: number } }>({ url: postgres.url, poolSize: 1 })
  t.teardown(close)
  await sql`create table pets (id int)`.execute(db)
  const find = () => db.selectFrom('pets').selectAll().where('id', '=', 1).execute()
  await find()
  await sql`alter table pets add column name text`.execute(db)
  const error = await find().catch((thrown: unknown) => thrown)
  t.match(error, { routine: 'RevalidateCachedQuery' })
  t.ok(isUnavailable(Object.assign(error as Error, { message: 'der zwischengespeicherte Plan …' })))
})

for (const [way, open] of ways.slice(1)) {
  t.test(`${way}, a statement takes as long as it may, and others go on`, async (t) => {
    const { db, close } = open()
    t.teardown(close)
    const error = await sql`select pg_sleep(30)`.execute(db).catch((thrown: unknown) => thrown)
    t.match(error, { code: '57014' })
    t.same((await sql`select 1 as one`.execute(db)).rows, [{ one: 1 }])
  })

  t.test(`${way}, a statement alone is committed, or nothing of it is`, async (t) => {
    const { db, pool, close } = open()
    t.teardown(close)
    await sql`drop table if exists kept; create table kept (id int primary key deferrable initially deferred)`.execute(
      db,
    )
    await sql`insert into kept values (${1})`.execute(db)
    await t.rejects(sql`insert into kept values (${1})`.execute(db), { code: '23505' }, 'also what the commit finds')
    await t.rejects(pool.query('insert into kept values ($1), (null)', [2]), { code: '23502' })
    t.same((await pool.query('select id from kept')).rows, [{ id: 1 }])
    const callback = Promise.withResolvers<unknown>()
    pool.query('select id from kept where id = $1', [1], (error, result) =>
      error ? callback.reject(error) : callback.resolve(result.rows),
    )
    t.same(await callback.promise, [{ id: 1 }])
  })

  t.test(`${way}, transactions of many clients do not mix`, async (t) => {
    const { db, close } = createDatabase<{ tallies: { id: number; count: number } }>({
      url: way.includes('PgBouncer') && 'url' in pooler ? pooler.url : postgres.url,
      isPooled: true,
      poolSize: 30,
      connectTimeoutMs: 60_000,
      statementTimeoutMs: 60_000,
    })
    t.teardown(close)
    await sql`drop table if exists tallies; create table tallies (id int, count int)`.execute(db)
    await sql`insert into tallies select n, 0 from generate_series(1, 30) n`.execute(db)
    const count = (id: number) =>
      db.transaction().execute(async (trx) => {
        const row = await trx
          .selectFrom('tallies')
          .selectAll()
          .where('id', '=', id)
          .forUpdate()
          .executeTakeFirstOrThrow()
        await trx
          .updateTable('tallies')
          .set({ count: row.count + 1 })
          .where('id', '=', id)
          .execute()
      })
    const all = Array.from({ length: 600 }, (_, n) => count(1 + (n % 30)))
    await Promise.all(all)
    const rows = await db.selectFrom('tallies').select('count').distinct().execute()
    t.same(rows, [{ count: 20 }])
  })
}
