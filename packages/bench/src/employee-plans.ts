// How fast employees are listed, filtered and searched among 1,000, 100,000 and 1,000,000, and by which indexes:
// `npm run bench:employees`. Ends with 1 when a million is answered by reading or sorting all of them.
import { availableParallelism } from 'node:os'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { EmployeeDatabase } from '../../../services/employee-service/src/database/employee-database.ts'
import { openDatabase } from '../../../services/employee-service/src/database/open-database.ts'
import { createEmployeeListing } from '../../../services/employee-service/src/employees/employee-listing-repository.ts'
import { type EmployeePosition, positionOf } from '../../../services/employee-service/src/employees/employee-sort.ts'
import { type Case, cases } from './employees/cases.ts'
import { type PlanFacts, planOf, type Statement } from './employees/plans.ts'
import { addEmployees } from './employees/population.ts'
import { startDataServers } from './machine/data-servers.ts'

const SIZES = [1_000, 100_000, 1_000_000]
const PAGE = 21
const RUNS = 15
/** A sort of fewer rows is what a search that few match may cost. */
const MOST_SORTED = 20_001

type Measured = {
  readonly medianMs: number
  readonly worstMs: number
  readonly found: number
  readonly plans: PlanFacts[]
}

const sizes = process.argv.slice(2).length > 0 ? process.argv.slice(2).map(Number) : SIZES
if (!sizes.every((size) => Number.isSafeInteger(size) && size > 0))
  throw new Error('usage: npm run bench:employees -- [rows]…')

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const data = await startDataServers()
const sent: Statement[] = []
const client = new pg.Client({ connectionString: data.employeeDatabaseUrl })
const db = new Kysely<EmployeeDatabase>({
  dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: data.employeeDatabaseUrl, max: 1 }) }),
  log: ({ query }) => {
    sent.push({ text: query.sql, values: query.parameters })
  },
})
const listing = createEmployeeListing(db)

/** Where a client would be that has seen half of the list. */
async function middleOf({ filter, sort }: Case, size: number): Promise<EmployeePosition | undefined> {
  const { query: _, ...others } = filter
  const [first] = await listing.list(others, sort, 1)
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
  let found = 0
  for (let run = 0; run < RUNS; run++) {
    sent.length = 0
    const start = performance.now()
    found = (await listing.list(one.filter, one.sort, PAGE, after)).length
    times.push(performance.now() - start)
  }
  const statements = [...sent]
  const plans: PlanFacts[] = []
  for (const statement of statements) plans.push(await planOf(client, statement))
  times.sort((a, b) => a - b)
  return { medianMs: times[Math.floor(RUNS / 2)] ?? 0, worstMs: times.at(-1) ?? 0, found, plans }
}

/** Milliseconds that it takes to add employees in statements of 1,000, with all that the service does to a new row. */
async function addingMs(from: number, count: number): Promise<number> {
  const start = performance.now()
  for (let n = 0; n < count; n += 1000) await addEmployees(client, from + n + 1, from + n + 1000)
  return performance.now() - start
}

try {
  const database = await openDatabase({ url: data.employeeDatabaseUrl, waitMs: 10_000, onError: console.error })
  await client.connect()
  const results = new Map<Case, Map<number, Measured>>(cases.map((one) => [one, new Map()]))
  let there = 0
  for (const size of sizes) {
    // Whoever is only there to be found needs no history.
    await client.query('alter table employees disable trigger user')
    for (; there < size; there += 50_000) await addEmployees(client, there + 1, Math.min(size, there + 50_000))
    there = size
    await client.query('alter table employees enable trigger user')
    await client.query('vacuum analyze employees')
    console.error(`${size} employees …`)
    for (const one of cases) results.get(one)?.set(size, await measure(one, size))
  }
  const added = 10_000
  const adding = await addingMs(there, added)

  console.log(`Node ${process.version}, ${availableParallelism()} cores, a page of ${PAGE}, ${RUNS} runs each\n`)
  console.log(
    `| employees, order | ${sizes.map((size) => `${size.toLocaleString('en')}: ms, worst`).join(' | ')} | at the last size, by |`,
  )
  console.log(`| --- | ${sizes.map(() => '---').join(' | ')} | --- |`)
  const bad: string[] = []
  for (const [one, measured] of results) {
    const cells = sizes.map((size) => {
      const result = measured.get(size)
      return result === undefined ? '' : `${result.medianMs.toFixed(1)}, ${result.worstMs.toFixed(1)}`
    })
    const last = measured.get(there)?.plans ?? []
    const ways = [...new Set(last.flatMap((plan) => plan.ways))].filter((way) => way !== 'pkey').join(', ')
    console.log(`| ${one.title}, \`${one.sort}\` | ${cells.join(' | ')} | ${ways} |`)
    const sorted = Math.max(0, ...last.map((plan) => plan.sorted))
    if (there > 100_000 && (last.some((plan) => plan.readsAll) || sorted > MOST_SORTED)) {
      bad.push(`${one.title}, ${one.sort}: ${ways}; ${sorted} rows sorted`)
    }
  }
  console.log(`\n${added} more employees, added in statements of 1,000 to ${there}: ${Math.round(adding)} ms`)
  for (const line of bad) console.log(`reads or sorts too many: ${line}`)
  process.exitCode = bad.length === 0 ? 0 : 1
  await database.close()
} finally {
  await db.destroy()
  await client.end()
  await data.stop()
}
