// How fast employees are listed, filtered and searched among 1,000, 100,000 and 1,000,000, and by which indexes:
// `npm run bench:employees`. Exits with 1 when a query over a million reads or sorts all of them.
import { availableParallelism } from 'node:os'
import {
  type EmployeePosition,
  type EmployeeSchema,
  listEmployees,
  openDatabase,
  positionOf,
} from '@latchkey/employee-service/bench'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { type Case, cases } from './employees/cases.ts'
import { type PlanFacts, planOf, type Statement } from './employees/plans.ts'
import { addEmployees } from './employees/population.ts'
import { startDataServers } from './machine/data-servers.ts'

const SIZES = [1_000, 100_000, 1_000_000]
const PAGE = 21
const RUNS = 15
/** A search with few matches may sort fewer rows than this. */
const MOST_SORTED = 20_001

type Measured = {
  readonly medianMs: number
  readonly worstMs: number
  readonly plans: PlanFacts[]
}

const sizes = process.argv.slice(2).length > 0 ? process.argv.slice(2).map(Number) : SIZES
if (!sizes.every((size) => Number.isSafeInteger(size) && size > 0))
  throw new Error('usage: npm run bench:employees -- [rows]…')

const data = await startDataServers()
const sent: Statement[] = []
const client = new pg.Client({ connectionString: data.employeeDatabaseUrl })
const db = new Kysely<EmployeeSchema>({
  dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: data.employeeDatabaseUrl, max: 1 }) }),
  log: ({ query }) => {
    sent.push({ text: query.sql, values: query.parameters })
  },
})

/** The position of a client that has read half of the list. */
async function middleOf({ filter, sort }: Case, size: number): Promise<EmployeePosition | undefined> {
  const { query: _, ...others } = filter
  const [first] = await listEmployees(db, { filter: others, sort, limit: 1 })
  if (first === undefined) return undefined
  const { rows } = await client.query<{ key: string; id: string }>(
    `select last_name as key, id from employees order by last_name, id offset $1 limit 1`,
    [Math.floor(size / 2)],
  )
  const [row] = rows
  if (row === undefined) return undefined
  const { rows: dates } = await client.query<{ hired: string; created: Date }>(
    `select to_char(percentile_disc(0.5) within group (order by hired_on), 'YYYY-MM-DD') as hired,
      percentile_disc(0.5) within group (order by created_at) as created from employees`,
  )
  const half = { lastName: row.key, hiredOn: dates[0]?.hired ?? null, createdAt: dates[0]?.created ?? new Date(0) }
  return positionOf({ ...first, ...half, id: row.id }, sort)
}

async function measure(one: Case, size: number): Promise<Measured> {
  const after = one.deep ? await middleOf(one, size) : undefined
  const times: number[] = []
  for (let run = 0; run < RUNS; run++) {
    sent.length = 0
    const start = performance.now()
    await listEmployees(db, { filter: one.filter, sort: one.sort, limit: PAGE, after })
    times.push(performance.now() - start)
  }
  const statements = [...sent]
  const plans: PlanFacts[] = []
  for (const statement of statements) plans.push(await planOf(client, statement))
  times.sort((a, b) => a - b)
  return { medianMs: times[Math.floor(RUNS / 2)] ?? 0, worstMs: times.at(-1) ?? 0, plans }
}

/** Milliseconds to add employees in statements of 1,000, with the triggers and indexes of the service. */
async function addingMs(from: number, count: number): Promise<number> {
  const start = performance.now()
  for (let n = 0; n < count; n += 1000) await addEmployees(client, from + n + 1, from + n + 1000)
  return performance.now() - start
}

const rowOf = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

/** The median of the slowest order, and the worst time of all. */
function slowestOf(measured: readonly Measured[]): string {
  const median = Math.max(...measured.map(({ medianMs }) => medianMs))
  const worst = Math.max(...measured.map(({ worstMs }) => worstMs))
  return `${median.toFixed(1)} (${worst.toFixed(0)})`
}

/** The indexes, without the sort orders in their names. */
function waysOf(plans: readonly PlanFacts[]): string[] {
  const ways = plans.flatMap(({ ways }) => ways).filter((way) => way !== 'pkey')
  return [...new Set(ways.map((way) => way.replace(/by_(last_name|hired_on|hired_on_desc|created_at)$/, 'order')))]
}

try {
  const { database } = await openDatabase({
    address: { url: data.employeeDatabaseUrl },
    waitMs: 10_000,
    log: console,
  })
  await client.connect()
  const results = new Map<Case, Map<number, Measured>>(cases.map((one) => [one, new Map()]))
  let count = 0
  for (const size of sizes) {
    // Rows that only fill the table need no history.
    await client.query('alter table employees disable trigger user')
    for (; count < size; count += 50_000) await addEmployees(client, count + 1, Math.min(size, count + 50_000))
    count = size
    await client.query('alter table employees enable trigger user')
    await client.query('vacuum analyze employees')
    console.error(`${size} employees …`)
    for (const one of cases) results.get(one)?.set(size, await measure(one, size))
  }
  const added = 10_000
  const adding = await addingMs(count, added)

  console.log(
    `Node ${process.version}, ${availableParallelism()} cores, a page of ${PAGE}, each ${RUNS} times in each order\n`,
  )
  const head = ['employees', ...sizes.map((size) => `${size.toLocaleString('en')}: ms`), 'found by, at the last size']
  console.log([head, head.map(() => '---')].map(rowOf).join('\n'))
  for (const [title, orders] of Map.groupBy(results, ([{ title }]) => title)) {
    const cells = sizes.map((size) => slowestOf(orders.flatMap(([, measured]) => measured.get(size) ?? [])))
    const plans = orders.flatMap(([, measured]) => measured.get(count)?.plans ?? [])
    console.log(rowOf([title, ...cells, waysOf(plans).join(', ')]))
  }
  const bad = [...results].flatMap(([{ title, sort }, measured]) => {
    const plans = measured.get(count)?.plans ?? []
    const sorted = Math.max(0, ...plans.map((plan) => plan.sorted))
    const isGood = count < 1_000_000 || (sorted <= MOST_SORTED && plans.every(({ readsAll }) => !readsAll))
    return isGood ? [] : [`${title}, ${sort}: ${waysOf(plans).join(', ')}; ${sorted} rows sorted`]
  })
  console.log(`\n${added} more employees, added in statements of 1,000 to ${count}: ${Math.round(adding)} ms`)
  for (const line of bad) console.log(`reads or sorts too many: ${line}`)
  process.exitCode = bad.length === 0 ? 0 : 1
  await database.close()
} finally {
  await db.destroy()
  await client.end()
  await data.stop()
}
