import { createScope } from '@latchkey/harness'
import { startDatabases } from './cluster/databases.ts'
import { type Options, parseOptions } from './options.ts'
import { type Row, tableOf } from './report/table.ts'
import { runScenario } from './run-scenario.ts'
import { scenarios } from './scenarios/index.ts'
import { TOPOLOGIES } from './store/redis-store.ts'

// `npm run test:faults`: causes faults under load, and checks every response against the invariants.

const FULL = { users: 40, devicesEach: 3 }
const QUICK = { users: 15, devicesEach: 3 }

async function run({ seed, quick, cutSeconds, ...options }: Options): Promise<boolean> {
  console.log(`seed ${seed}`)
  const rows: Row[] = []
  const scope = createScope()
  const failed = (): boolean => rows.some(({ violations }) => violations.length > 0)
  let hasCrashed = false
  try {
    const databases = await startDatabases(scope, () => options.keep || failed() || hasCrashed)
    for (const topology of options.topologies) {
      const chosen = scenarios.filter(({ name }) => options.scenarios.includes(name))
      for (const scenario of chosen.filter(({ topologies = TOPOLOGIES }) => topologies.includes(topology))) {
        console.log(`${scenario.name} on ${topology} …`)
        const planned = quick ? scenario.plan.quick : scenario.plan.full
        const plan = options.runs === undefined ? planned : { runs: options.runs, seconds: Infinity }
        const size = quick ? QUICK : FULL
        const interrupted = untilInterrupted
        rows.push(await runScenario(scenario, { seed, topology, plan, size, cutSeconds, databases, interrupted }))
      }
    }
  } catch (error) {
    hasCrashed = !interrupted.signal.aborted
    throw error
  } finally {
    await scope.close()
    if (rows.length > 0) console.log(`\n${tableOf(rows)}\n`)
    for (const { table } of rows) if (table) console.log(`${table}\n`)
  }
  return rows.length > 0 && !failed()
}

const interrupted = new AbortController()
const untilInterrupted = new Promise<never>((_, reject) => {
  interrupted.signal.addEventListener('abort', () => reject(new Error('interrupted')))
})
untilInterrupted.catch(() => {})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect']) process.on(signal, () => interrupted.abort())

let options: Options
try {
  options = parseOptions(
    process.argv.slice(2),
    scenarios.map(({ name }) => name),
  )
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
try {
  process.exit((await run(options)) ? 0 : 1)
} catch (error) {
  console.error(interrupted.signal.aborted ? 'interrupted' : error)
  process.exit(1)
}
