import { answerWithin, createDatabase, isUnavailable } from '@latchkey/database'
import { tcpRelay, testEnvironment } from '@latchkey/test-kit'
import { sql } from 'kysely'
import t from 'tap'

const { databaseUrl } = await testEnvironment(t)
const proxy = await tcpRelay(t, databaseUrl)
const { db, pool, close } = createDatabase({ url: proxy.url, statementTimeoutMs: 60_000 })
t.teardown(close)

t.test('a query with a limit of its own closes its connection when no answer comes in time', async (t) => {
  await sql`select 1`.execute(db)
  proxy.hang()
  const error = await sql`${answerWithin(200)} select 1`.execute(db).then(
    () => undefined,
    (error: unknown) => error,
  )
  t.match(error, { message: 'Query read timeout' })
  t.ok(isUnavailable(error))
  await proxy.restore()
  await sql`select 1`.execute(db)
  t.equal(pool.totalCount, 1, 'the silent one was replaced')
})

t.test('a query without a limit of its own has that of its pool', async (t) => {
  const [slow, quick] = await Promise.all([
    sql`select pg_sleep(0.4)`.execute(db),
    sql`${answerWithin(5000)} select 1`.execute(db),
  ])
  t.equal(slow.rows.length, 1)
  t.equal(quick.rows.length, 1)
})

t.test('a statement with parameters may have a limit of its own as well', async (t) => {
  const { rows } = await sql`${answerWithin(5000)} select ${'x'}::text as given`.execute(db)
  t.same(rows, [{ given: 'x' }])
})

t.end()
