import { join } from 'node:path'
import { createRandom, createScope } from '@latchkey/harness'
import { checkHistory } from './checker/check-history.ts'
import { describeViolation } from './checker/describe-violation.ts'
import { type Databases, startDatabases } from './cluster/databases.ts'
import { createHttp } from './driver/http.ts'
import { recordStalls } from './driver/record-stalls.ts'
import { openHistory, readHistory } from './history/history-file.ts'
import { type Options, parseOptions } from './options.ts'
import { type Row, tableOf } from './report/table.ts'
import { countRuns } from './scenarios/count-runs.ts'
import { scenarios } from './scenarios/index.ts'
import type { Scenario, ScenarioResult } from './scenarios/scenario.ts'

// `npm run test:faults`: causes faults under load, and checks every response against the invariants.

const FULL = { users: 40, devicesEach: 3 }
const QUICK = { users: 15, devicesEach: 3 }

async function runScenario(scenario: Scenario, options: Options, databases: Databases): Promise<Row> {
  const { seed, quick, cutSeconds } = options
  const plan = quick ? scenario.plan.quick : scenario.plan.full
  const runs = countRuns(options.runs === undefined ? plan : { runs: options.runs, seconds: Infinity })
  const history = openHistory(join(databases.directory, `${scenario.name}.jsonl`))
  const scope = createScope()
  recordStalls(scope, history)
  let result: ScenarioResult
  try {
    const random = createRandom(seed).fork(scenario.name)
    const size = quick ? QUICK : FULL
    result = await Promise.race([
      scenario.run({ scope, databases, http: createHttp(), history, random, runs, size, cutSeconds }),
      untilInterrupted,
    ])
  } finally {
    await scope.close()
    history.close()
  }
  const records = readHistory(history.file)
  const { faults = runs.done, violations = [], ...known } = result
  const findings = checkHistory(records, scenario.checks)
  const row = {
    title: scenario.title,
    faults,
    ...findings,
    ...known,
    violations: [...findings.violations, ...violations],
  }
  const [first] = row.violations
  if (first)
    console.log(
      `${describeViolation(first, records)}\n  (of ${row.violations.length}; the history is in ${history.file})`,
    )
  return row
}

async function run(options: Options): Promise<boolean> {
  console.log(`seed ${options.seed}`)
  const rows: Row[] = []
  const scope = createScope()
  const failed = (): boolean => rows.some(({ violations }) => violations.length > 0)
  let hasCrashed = false
  try {
    const databases = await startDatabases(scope, () => options.keep || failed() || hasCrashed)
    for (const scenario of scenarios.filter(({ name }) => options.scenarios.includes(name))) {
      console.log(`${scenario.name} …`)
      rows.push(await runScenario(scenario, options, databases))
    }
  } catch (error) {
    hasCrashed = !interrupted.signal.aborted
    throw error
  } finally {
    await scope.close()
  }
  console.log(`\n${tableOf(rows)}\n`)
  for (const { table } of rows) if (table) console.log(`${table}\n`)
  return !failed()
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
