// What the connections of @latchkey/database save and cost: `node scripts/run.mjs tools/bench/src/database-client.ts`.
// One connection reads one employee-like row by its key, again and again: by pg alone, and by ours, which prepares its statements.
import { readFileSync } from 'node:fs'
import { createDatabase } from '@latchkey/database'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { cpuTimeMs } from './machine/cpu-time.ts'
import { startDataServers } from './machine/data-servers.ts'

const ROUNDS = 15
const CALLS = 2000
const ROWS = 1000
const STATEMENTS = 190

const COLUMNS = [
  'id',
  'first',
  'last',
  'email',
  'team',
  'title',
  'boss',
  'state',
  'account',
  'version',
  'made',
] as const
type Schema = { people: Record<(typeof COLUMNS)[number], string | number | null> }

type Reader = { readonly title: string; readonly pool: pg.Pool; readonly read: (id: number) => Promise<unknown> }
type Cost = { wallUs: number; clientUs: number; serverUs: number }

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

async function backendOf(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid')
  return rows[0]?.pid ?? 0
}

async function measure({ read, pool }: Reader): Promise<Cost> {
  const backend = await backendOf(pool)
  const [server, client, start] = [cpuTimeMs(backend), process.cpuUsage(), performance.now()]
  for (let n = 0; n < CALLS; n++) await read(1 + (n % ROWS))
  const wallUs = ((performance.now() - start) * 1000) / CALLS
  const { user, system } = process.cpuUsage(client)
  return { wallUs, clientUs: (user + system) / CALLS, serverUs: ((cpuTimeMs(backend) - server) * 1000) / CALLS }
}

/** What a process has for itself alone: proc(5), `status`. KiB. */
function privateMemoryKib(pid: number): number {
  const [, kib] = /^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kib)
}

const data = await startDataServers()
const url = data.employeeDatabaseUrl
const pool = new pg.Pool({ connectionString: url, max: 1 })
const plain = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
const ours = createDatabase<Schema>({ url, poolSize: 1 })
// As for a pooler that lends per transaction, without the time that the pooler itself takes.
const pooled = createDatabase<Schema>({ url, isPooled: true, poolSize: 1 })
try {
  await sql`create table people (id serial primary key, first text default 'Ada', last text default 'Lovelace', email text,
    team text default 'Research', title text default 'Analyst', boss integer, state text default 'active', account uuid,
    version integer default 1, made timestamptz default now())`.execute(plain)
  await sql`insert into people (email) select 'ada' || n from generate_series(1, ${ROWS}::integer) n`.execute(plain)
  await sql`analyze people`.execute(plain)

  const text = `select ${COLUMNS.join(', ')} from people where id = $1`
  const select = (db: Kysely<Schema>, id: number) => db.selectFrom('people').select(COLUMNS).where('id', '=', id)
  const compiled = select(plain, 0).compile()
  const readers: Reader[] = [
    { title: 'pg', pool, read: (id) => pool.query(text, [id]) },
    { title: 'pg, prepared by hand', pool, read: (id) => pool.query({ name: 'by-hand', text, values: [id] }) },
    { title: 'ours', pool: ours.pool, read: (id) => ours.pool.query(text, [id]) },
    { title: 'ours, each statement a transaction', pool: pooled.pool, read: (id) => pooled.pool.query(text, [id]) },
    { title: 'Kysely on pg', pool, read: (id) => select(plain, id).execute() },
    { title: 'Kysely on ours', pool: ours.pool, read: (id) => select(ours.db, id).execute() },
    {
      title: 'Kysely on ours, compiled once',
      pool: ours.pool,
      read: (id) => ours.db.executeQuery({ ...compiled, parameters: [id] }),
    },
  ]
  const costs = new Map<Reader, Cost[]>(readers.map((reader) => [reader, []]))
  for (let round = 0; round < ROUNDS; round++) {
    for (const [reader, all] of costs) all.push(await measure(reader))
  }
  console.log(`Node ${process.version}, one connection, medians of ${ROUNDS} rounds of ${CALLS} calls\n`)
  console.log('| a row by its key | µs per call | µs of CPU here | µs of CPU of Postgres |')
  console.log('| --- | --- | --- | --- |')
  for (const [{ title }, all] of costs) {
    const cells = (['wallUs', 'clientUs', 'serverUs'] as const).map((part) => median(all.map((cost) => cost[part])))
    console.log(`| ${[title, ...cells.map((us) => us.toFixed(0))].join(' | ')} |`)
  }

  const backend = await backendOf(ours.pool)
  const before = privateMemoryKib(backend)
  for (let n = 0; n < STATEMENTS; n++) {
    // As large as the statement of a listing: a filter, a place to go on from, an order.
    const page = ours.db.selectFrom('people').select(COLUMNS).select(sql.lit(n).as('n')).where('team', '=', 'Research')
    const behind = page.where(sql<boolean>`(last, id) > (${'A'}, ${n})`).orderBy('last').orderBy('id').limit(20)
    // Postgres keeps a generic plan from the sixth call on.
    for (let call = 0; call < 6; call++) await behind.execute()
  }
  const grownMib = (privateMemoryKib(backend) - before) / 1024
  console.log(`\n${STATEMENTS} prepared statements take ${grownMib.toFixed(1)} MiB of their server process`)
} finally {
  await Promise.all([plain.destroy(), ours.close(), pooled.close()])
  await data.stop()
}
