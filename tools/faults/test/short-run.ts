import { createScope } from '@latchkey/harness'
import type { Test } from 'tap'
import { startDatabases } from '../src/cluster/databases.ts'
import { runScenario } from '../src/run-scenario.ts'
import type { Scenario } from '../src/scenarios/scenario.ts'
import { TOPOLOGIES, type Topology } from '../src/store/redis-store.ts'

// Services, stores and sign-ins: on a slow machine minutes of work, and no wait.
const TIMEOUT_MS = 600_000
/** Fewer than a scenario runs with: their sign-ins are most of the work. */
const SIZE = { users: 3, devicesEach: 2 }

/** Runs a scenario once or a few times, and expects no violation. */
export function shortRun(t: Test, scenario: Scenario, topology: Topology, runs = 1): Promise<unknown> {
  // That of the file, too.
  t.setTimeout(3 * TIMEOUT_MS)
  const seed = Number(process.env.FAULTS_SEED ?? Math.trunc(performance.timeOrigin))
  return t.test(`${scenario.title}: nothing is violated (${topology}, FAULTS_SEED=${seed})`, async (t) => {
    t.setTimeout(TIMEOUT_MS)
    const scope = createScope()
    t.teardown(() => scope.close())
    const databases = await startDatabases(scope, () => false)
    const plan = { runs, seconds: Number.POSITIVE_INFINITY }
    const row = await runScenario(scenario, { seed, topology, plan, size: SIZE, cutSeconds: 6, databases })
    t.same(
      row.violations.map(({ invariant, message }) => `${invariant}: ${message}`),
      [],
    )
    if (row.skipped !== undefined) return void t.comment(`skipped: ${row.skipped}`)
    t.ok(row.faults > 0, `${row.faults} faults`)
    t.ok(row.operations > 0, `${row.operations} operations`)
  })
}

/** Of many nodes: the one of `npm run test:topologies`, or both. */
export function topologiesOfRun(): readonly Topology[] {
  const wanted = process.env.LATCHKEY_TEST_TOPOLOGY
  return TOPOLOGIES.filter((each) => each !== 'single' && (wanted === undefined || wanted === each))
}
