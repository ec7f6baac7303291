import { join } from 'node:path'
import { createRandom, createScope } from '@latchkey/harness'
import { checkHistory } from './checker/check-history.ts'
import { describeViolation } from './checker/describe-violation.ts'
import type { Databases } from './cluster/databases.ts'
import { createHttp } from './driver/http.ts'
import { recordStalls } from './driver/record-stalls.ts'
import { openHistory, readHistory } from './history/history-file.ts'
import type { Row } from './report/table.ts'
import { countRuns } from './scenarios/count-runs.ts'
import type { Plan, Scenario, ScenarioContext, ScenarioResult, Size } from './scenarios/scenario.ts'
import type { Topology } from './store/redis-store.ts'

export type RunOptions = {
  readonly seed: number
  readonly topology: Topology
  readonly plan: Plan
  readonly size: Size
  readonly cutSeconds: number
  readonly databases: Databases
  /** Rejects when the run is to end early. */
  readonly interrupted?: Promise<never>
}

/** Runs a scenario on one topology, and checks its history. Violations are printed. */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<Row> {
  const { seed, topology, plan, size, cutSeconds, databases, interrupted } = options
  const runs = countRuns(plan)
  const history = openHistory(join(databases.directory, `${scenario.name}-${topology}.jsonl`))
  const scope = createScope()
  recordStalls(scope, history)
  let result: ScenarioResult
  try {
    const random = createRandom(seed).fork(scenario.name)
    const context: ScenarioContext = {
      ...{ scope, databases, http: createHttp(), history, random, runs, size, cutSeconds, topology },
    }
    const running = scenario.run(context)
    result = await (interrupted ? Promise.race([running, interrupted]) : running)
  } finally {
    await scope.close()
    history.close()
  }
  const records = readHistory(history.file)
  const { faults = runs.done, violations = [], skipped, ...known } = result
  const findings = checkHistory(records, scenario.checks)
  const row = {
    title: scenario.title,
    topology,
    faults,
    ...findings,
    ...known,
    violations: [...findings.violations, ...violations],
    ...(skipped !== undefined && { skipped }),
  }
  const [first] = row.violations
  if (first)
    console.log(
      `${describeViolation(first, records)}\n  (of ${row.violations.length}; the history is in ${history.file})`,
    )
  if (skipped !== undefined) console.log(`${scenario.name} on ${topology} was SKIPPED: ${skipped}`)
  return row
}
