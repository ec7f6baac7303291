import { DEFAULT_CHECKS } from '../../checker/check-options.ts'
import type { Violation } from '../../checker/violation.ts'
import { hangUp } from '../../driver/http.ts'
import type { Operation } from '../../history/history-record.ts'
import type { Scenario } from '../scenario.ts'
import { BOUNDARIES, VICTIMS } from './boundaries.ts'
import { type Lane, openLane } from './lane.ts'
import { offboardingTable } from './offboarding-table.ts'
import { type Cell, type Outcome, runTrial } from './trial.ts'

/** Side by side, each with everything to itself: most of the time is waiting. */
const LANES = 4

const cells: readonly Cell[] = BOUNDARIES.flatMap((boundary) => VICTIMS.map((victim) => ({ boundary, victim })))

/** At every step of an offboarding one process is killed. A run is one of them. */
export const offboarding: Scenario = {
  name: 'offboarding',
  title: 'employee-service, auth-service, Postgres or Redis killed at each step of an offboarding',
  plan: { full: { runs: 2 * cells.length, seconds: 600 }, quick: { runs: cells.length, seconds: 90 } },
  checks: DEFAULT_CHECKS,

  async run({ scope, databases, history, random, runs }) {
    scope.teardown(async () => hangUp())
    const { directory } = databases
    const lanes: Lane[] = []
    // One after the other: all at once they would be in each other's way.
    for (let number = 1; number <= LANES; number++) {
      const name = `offboarding-${number}`
      lanes.push(await openLane({ name, scope, directory, random: random.fork(name) }))
    }
    const order = shuffled(cells, random)
    const outcomes: Outcome[] = []
    const violations: Violation[] = []
    const turns = runs[Symbol.iterator]()
    const work = async (lane: Lane): Promise<void> => {
      for (let turn = turns.next(); !turn.done; turn = turns.next()) {
        const cell = order[turn.value % order.length]
        if (cell === undefined) continue
        const outcome = await runTrial(lane, cell)
        outcomes.push(outcome)
        const operation = operationOf(outcome)
        history.add(operation)
        for (const fault of outcome.faults) {
          const message = `${fault}: ${cell.victim} killed ${cell.boundary.name}`
          violations.push({ invariant: 'I-OFFBOARD', message, operation })
        }
      }
    }
    await Promise.all(lanes.map(work))
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
