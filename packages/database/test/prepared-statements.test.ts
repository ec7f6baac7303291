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
