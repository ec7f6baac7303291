import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { testEnvironment } from '@latchkey/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { createDatabase, migrate } from '../src/index.ts'

const { databaseUrl, schema } = await testEnvironment(t)
const other = `${schema}_other`
const fresh = `${schema}_fresh`
const broken = `${schema}_broken`
const schemas = [other, fresh, broken]

const database = createDatabase<Record<string, never>>({ url: databaseUrl, schema, statementTimeoutMs: 100 })
t.teardown(async () => {
  for (const name of schemas) await sql`drop schema if exists ${sql.id(name)} cascade`.execute(database.db)
  await database.close()
})

const REPLICA = fileURLToPath(new URL('fixtures/migrate-process.ts', import.meta.url))

/** Exit code of a replica that migrates `name` at boot. */
async function bootReplica(name: string, ...more: string[]): Promise<number | string | null | undefined> {
  return new Promise((resolve) => {
    execFile(process.execPath, [REPLICA, databaseUrl, name, ...more], (error) =>
      resolve(error === null ? 0 : error.code),
    )
  })
}

async function countOf(name: string, table: string): Promise<number> {
  const { rows } = await sql<{ count: string }>`select count(*) from ${sql.id(name, table)}`.execute(database.db)
  return Number(rows[0]?.count)
}

async function exists(name: string, table: string): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select exists (select from pg_tables where schemaname = ${name} and tablename = ${table}) as found`.execute(
    database.db,
  )
  return rows[0]?.found === true
}

t.test('five replicas that boot together on a fresh schema all start, and each migration runs once', async (t) => {
  t.same(await Promise.all(Array.from({ length: 5 }, () => bootReplica(fresh))), [0, 0, 0, 0, 0])
  t.equal(await countOf(fresh, 'things'), 1)
  t.equal(await countOf(fresh, 'kysely_migration'), 2)
})

t.test('a failing migration ends the process with an error and leaves nothing behind', async (t) => {
  t.equal(await bootReplica(broken, 'broken'), 1)
  t.notOk(await exists(broken, 'things'))
  t.equal(await bootReplica(broken), 0, 'and the repaired version starts')
})

const slow = {
  '001': {
    up: async (db: Parameters<Parameters<typeof migrate>[0]['migrations'][string]['up']>[0]) => {
      await sql`select pg_sleep(0.3)`.execute(db)
      await sql`create table slow_things (id int)`.execute(db)
    },
  },
}

t.test('a migration may take longer than a statement of a request', async (t) => {
  await migrate({ db: database.db, migrations: slow })
  t.ok(await exists(schema, 'slow_things'))
})

t.test('what ran once does not run again', async () => {
  await migrate({ db: database.db, migrations: slow })
})

t.test('schemas of one database are migrated independently of each other', async (t) => {
  const neighbour = createDatabase<Record<string, never>>({ url: databaseUrl, schema: other })
  t.teardown(() => neighbour.close())
  await migrate({ db: neighbour.db, migrations: slow })
  t.ok(await exists(other, 'slow_things'))
})

t.test('without a schema of its own a database is migrated in the first one of its search path', async (t) => {
  const url = new URL(databaseUrl)
  url.searchParams.set('options', `-c search_path=${other}`)
  const plain = createDatabase<Record<string, never>>({ url: url.href })
  t.teardown(() => plain.close())
  await migrate({ db: plain.db, migrations: slow })
  t.equal(await countOf(other, 'kysely_migration'), 1)
})

t.test('a foreign schema that is dropped during a migration is no failure; one that never exists is', async (t) => {
  const gone = `${schema}_gone`
  schemas.push(gone)
  let misses = 0
  const missing = (times: number) => ({
    '0001-missing': {
      async up(): Promise<void> {
        if (misses++ < times) await sql`select has_schema_privilege('never-there', 'USAGE')`.execute(database.db)
      },
    },
  })
  await migrate({ db: database.db, migrations: missing(2), schema: gone })
  t.equal(await countOf(gone, 'kysely_migration'), 1)
  misses = 0
  await t.rejects(migrate({ db: database.db, migrations: missing(100), schema: `${gone}_too` }), { code: '3F000' })
  schemas.push(`${gone}_too`)
  t.ok(misses < 10, 'and is not tried for ever')
})
