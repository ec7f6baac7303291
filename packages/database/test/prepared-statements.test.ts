import { testEnvironment } from '@latchkey/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { createDatabase, isUnavailable } from '../src/index.ts'

type Schema = { pets: { id: number; name: string } }

const environment = await testEnvironment(t)
const database = createDatabase<Schema>({ url: environment.databaseUrl, schema: environment.schema, poolSize: 1 })
t.teardown(() => database.close())
const { db } = database
await sql`create table pets (id int primary key, name text not null)`.execute(db)

/** Statements that the pool's one connection has prepared, this one aside, which has no parameters. */
async function preparedOn(): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from pg_prepared_statements`.execute(db)
  return rows[0]?.count ?? 0
}

const find = (id: number) => db.selectFrom('pets').selectAll().where('id', '=', id).executeTakeFirst()

t.test('a statement with parameters is prepared once on a connection', async (t) => {
  await db.insertInto('pets').values({ id: 1, name: 'Rex' }).execute()
  for (let n = 0; n < 3; n++) t.match(await find(1), { name: 'Rex' })
  const { rows } = await sql<{ calls: number }>`
    select (generic_plans + custom_plans)::int as calls from pg_prepared_statements where statement like 'select * from "pets"%'`.execute(
    db,
  )
  t.same(rows, [{ calls: 3 }])
})

t.test(
  'a table that changes under a prepared statement costs one repeatable failure, and then all goes on',
  async (t) => {
    await find(1)
    await sql`alter table pets add column age int`.execute(db)
    const error = await find(1).catch((thrown: unknown) => thrown)
    t.ok(isUnavailable(error))
    t.match(await find(1), { name: 'Rex', age: null })
  },
)

t.test('it works in a transaction, with errors in between', async (t) => {
  const insert = () =>
    db.transaction().execute(async (trx) => {
      await trx.insertInto('pets').values({ id: 2, name: 'Tom' }).execute()
    })
  await insert()
  await t.rejects(insert())
  t.match(await find(2), { name: 'Tom' })
})

t.test('a connection that holds as many prepared statements as it may is replaced, and nothing fails', async (t) => {
  const texts = Array.from({ length: 450 }, (_, n) => n)
  let most = 0
  for (const n of texts) {
    const { rows } = await sql<{ sum: number }>`select ${sql.lit(n)} + ${1}::int as sum`.execute(db)
    t.equal(rows[0]?.sum, n + 1)
    if (n % 10 === 0) most = Math.max(most, await preparedOn())
  }
  t.ok(most > 100 && most <= 200, `${most} at most`)
  t.equal(database.pool.totalCount, 1)
})

t.test('within one transaction it keeps its connection, however many statements there are', async (t) => {
  await db.transaction().execute(async (trx) => {
    await trx.insertInto('pets').values({ id: 3, name: 'Ida' }).execute()
    for (let n = 0; n < 250; n++) await sql`select ${sql.lit(n)} - ${1}::int`.execute(trx)
    t.ok((await trx.selectFrom('pets').select('id').where('id', '=', 3).execute()).length === 1)
  })
  t.match(await find(3), { name: 'Ida' })
})
