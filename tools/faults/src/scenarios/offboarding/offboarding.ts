import { DEFAULT_CHECKS } from '../../checker/check-options.ts'
import type { Violation } from '../../checker/violation.ts'
import type { Operation } from '../../history/history-record.ts'
import type { Scenario } from '../scenario.ts'
import { BOUNDARIES, VICTIMS } from './boundaries.ts'
import { offboardingTable } from './offboarding-table.ts'
import { type Cell, type Outcome, runTrial } from './trial.ts'
import { startWorker, type Worker } from './worker.ts'

/** In parallel, each with services and servers of its own: a trial mostly waits. */
const WORKERS = 4

const cells: readonly Cell[] = BOUNDARIES.flatMap((boundary) => VICTIMS.map((victim) => ({ boundary, victim })))

/** One process is killed at each step of an offboarding. A run is one offboarding. */
export const offboarding: Scenario = {
  name: 'offboarding',
  title: 'employee-service, auth-service, Postgres or Redis killed at each step of an offboarding',
  plan: { full: { runs: 2 * cells.length, seconds: 600 }, quick: { runs: cells.length, seconds: 90 } },
  checks: DEFAULT_CHECKS,
  topologies: ['single'],

  async run({ scope, databases, http, history, random, runs }) {
    scope.teardown(async () => http.close())
    const { directory } = databases
    const workers: Worker[] = []
    // One after another: all at once they slow each other down.
    for (let number = 1; number <= WORKERS; number++) {
      const name = `offboarding-${number}`
      workers.push(await startWorker({ name, scope, directory, http, random: random.fork(name) }))
    }
    const order = shuffled(cells, random)
    const outcomes: Outcome[] = []
    const violations: Violation[] = []
    const left = runs[Symbol.iterator]()
    const work = async (worker: Worker): Promise<void> => {
      for (let run = left.next(); !run.done; run = left.next()) {
        const cell = order[run.value % order.length]
        if (cell === undefined) continue
        const outcome = await runTrial(worker, cell)
        outcomes.push(outcome)
        const operation = operationOf(outcome)
        history.add(operation)
        for (const fault of outcome.faults) {
          const message = `${fault}: ${cell.victim} killed ${cell.boundary.name}`
          violations.push({ invariant: 'I-OFFBOARD', message, operation })
        }
      }
    }
    await Promise.all(workers.map(work))
    return {
      faults: outcomes.filter(({ wasKilled }) => wasKilled).length,
      recoveryMs: outcomes.filter(({ recoveryMs }) => recoveryMs > 0).map(({ recoveryMs }) => recoveryMs),
      violations,
      table: offboardingTable(outcomes),
    }
  },
}

const operationOf = ({ start, end, userId, boundary, victim, faults }: Outcome): Operation => ({
  kind: 'operation',
  start,
  end,
  actor: 'revoker',
  call: 'terminate',
  server: `${victim} killed ${boundary.name}`,
  user: userId,
  status: faults.length === 0 ? 202 : 0,
  ...(faults.length > 0 && { reason: faults.join(', ') }),
})

function shuffled(items: readonly Cell[], random: { integer(min: number, max: number): number }): Cell[] {
  const left = [...items]
  return items.flatMap(() => left.splice(random.integer(0, left.length - 1), 1))
}
