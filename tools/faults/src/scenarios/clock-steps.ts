import { join } from 'node:path'
import { sleep } from '@latchkey/harness'
import { DEFAULT_CHECKS } from '../checker/check-options.ts'
import { createFakeTime } from '../cluster/fake-time.ts'
import { clock } from '../history/history-record.ts'
import { startRedisStore } from '../store/start-store.ts'
import { deploy } from './deployment.ts'
import type { Scenario } from './scenario.ts'

const HOUR = 3600
/** Seconds that all services are ahead of Redis; by the second number, those that one replica of auth-service is ahead of the others. */
const STEPS: readonly { readonly all: number; readonly one: number }[] = [
  { all: HOUR, one: 0 },
  { all: -HOUR, one: 0 },
  { all: 0, one: 20 },
  { all: 0, one: -20 },
  { all: 0, one: 120 },
  { all: 0, one: -120 },
]

/** Clocks are set under load, forward and back: those of all services, so that Redis is off, or that of one replica. */
export const clockSteps: Scenario = {
  name: 'clock-steps',
  title: 'clocks set forward and back: an hour, two minutes, 20 seconds',
  plan: { full: { runs: 2 * STEPS.length, seconds: 120 }, quick: { runs: STEPS.length, seconds: 40 } },
  checks: { ...DEFAULT_CHECKS, hasClockSteps: true },
  topologies: ['single'],

  async run(context) {
    const { scope, databases, history, random, runs, topology } = context
    const [all, one] = [
      await createFakeTime(join(databases.directory, 'clock-of-all')),
      await createFakeTime(join(databases.directory, 'clock-of-one')),
    ]
    if (!all || !one) {
      return { faults: 0, skipped: 'there is no libfaketime: install the package faketime, or run as root on Debian' }
    }
    const store = await startRedisStore(scope, topology)
    const deployment = await deploy(context, 'clock', store.url, {
      everyReplica: all.environment,
      firstReplica: one.environment,
    })
    const workload = await deployment.startWorkload()
    for (const run of runs) {
      const step = STEPS[(run - 1) % STEPS.length] ?? { all: 0, one: 0 }
      await sleep(random.between(300, 1000))
      const start = clock()
      all.set(step.all)
      one.set(step.all + step.one)
      await sleep(random.between(2500, 4000))
      await workload.untilAllAnswered(start)
      const end = clock()
      all.set(0)
      one.set(0)
      await workload.untilAllAnswered(end)
      const name = `clocks ${step.all} s ahead, one ${step.one} s more, run ${run}`
      history.add({ kind: 'fault', name, what: 'store', start, end, recoveredBy: clock() })
      await workload.probeRevoked(start - 5000)
    }
    await workload.stop()
    return {}
  },
}
