import { testEnvironment } from '@latchkey/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import {
  createDatabase,
  isCheckViolation,
  isForeignKeyViolation,
  isUnavailable,
  isUniqueViolation,
} from '../src/index.ts'

const { databaseUrl, schema } = await testEnvironment(t)
const { db, close } = createDatabase<Record<string, never>>({ url: databaseUrl, schema })
t.teardown(close)

async function failureOf(statement: string): Promise<unknown> {
  return sql
    .raw(statement)
    .execute(db)
    .then(
      () => undefined,
      (error: unknown) => error,
    )
}

t.test('violations are distinguished by kind and by constraint', async (t) => {
  await sql`create table parents (id int constraint parents_pk primary key, name text constraint parents_name unique)`.execute(
    db,
  )
  await sql`create table children (parent int constraint children_parent references parents)`.execute(db)
  await sql`insert into parents values (1, 'a')`.execute(db)

  const duplicate = await failureOf(`insert into parents values (2, 'a')`)
  t.ok(isUniqueViolation(duplicate))
  t.ok(isUniqueViolation(duplicate, 'parents_name'))
  t.notOk(isUniqueViolation(duplicate, 'parents_pk'))
  t.notOk(isForeignKeyViolation(duplicate))
  t.notOk(isUnavailable(duplicate))

  const orphan = await failureOf('insert into children values (9)')
  t.ok(isForeignKeyViolation(orphan, 'children_parent'))
  t.notOk(isUniqueViolation(orphan))

  await sql`create table adults (age int constraint adults_age check (age >= 18))`.execute(db)
  const child = await failureOf('insert into adults values (9)')
  t.ok(isCheckViolation(child, 'adults_age'))
  t.notOk(isCheckViolation(child, 'adults_name'))
  t.notOk(isForeignKeyViolation(child))
})

const withCode = (code: string): Error => Object.assign(new Error('made for this test'), { code })

const cases: [title: string, error: unknown, unavailable: boolean][] = [
  ['a refused connection', withCode('ECONNREFUSED'), true],
  ['a refused connection to all addresses of a name', new AggregateError([withCode('ECONNREFUSED')]), true],
  ['a reset connection', withCode('ECONNRESET'), true],
  ['a name that does not resolve right now', withCode('EAI_AGAIN'), true],
  ['a pool without a free connection', new Error('timeout exceeded when trying to connect'), true],
  ['a connection that was cut', new Error('Connection terminated unexpectedly'), true],
  ['a socket that was closed before it was written to', withCode('ERR_STREAM_WRITE_AFTER_END'), true],
  ['an answer to nobody', new Error('Received unexpected commandComplete message from backend.'), true],
  ['a wrapped failure', new Error('wrapped', { cause: withCode('57P01') }), true],
  ['connection_failure', withCode('08006'), true],
  ['too_many_connections', withCode('53300'), true],
  ['a cancelled statement', withCode('57014'), true],
  ['a server that starts up', withCode('57P03'), true],
  ['a lock that was not free in time', withCode('55P03'), true],
  ['a deadlock', withCode('40P01'), true],
  ['a read-only standby', withCode('25006'), true],
  ['a password that was changed', withCode('28P01'), true],
  ['a syntax error', withCode('42601'), false],
  ['a missing table', withCode('42P01'), false],
  ['a text that is too long', withCode('22001'), false],
  ['an error of the program', new TypeError('x is not a function'), false],
  ['nothing at all', undefined, false],
]

for (const [title, error, unavailable] of cases) {
  t.test(`${title} is ${unavailable ? '' : 'not '}taken for an unreachable database`, async (t) => {
    t.equal(isUnavailable(error), unavailable)
  })
}
