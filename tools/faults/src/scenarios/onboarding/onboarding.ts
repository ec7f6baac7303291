import pLimit from 'p-limit'
import { DEFAULT_CHECKS } from '../../checker/check-options.ts'
import type { Violation } from '../../checker/violation.ts'
import type { Operation } from '../../history/history-record.ts'
import type { Scenario, ScenarioContext } from '../scenario.ts'
import { type Outcome, outcomesOf } from './end-state.ts'
import { onboardingTable } from './onboarding-table.ts'
import { type Pair, type PairOptions, startPair } from './pair.ts'
import { deliverMails, employ, type Person } from './person.ts'
import { prepare } from './prepare.ts'
import { runTrial, type Trial } from './trial.ts'
import { WINDOWS } from './windows.ts'

/** In parallel, each with services and servers of its own: a trial mostly waits. */
const PAIRS = 2
const PREPARED_AT_ONCE = 4
/** Runs for which employees are prepared together. */
const ROUND = Math.ceil(WINDOWS.length / PAIRS)
/** First those after which an account may be looked for for a minute. */
const ORDER = (['employed', 'invited', 'linked'] as const).flatMap((stage) =>
  WINDOWS.filter(({ moment }) => moment.from === stage),
)

/** Something is killed, and employees leave, at each step of an onboarding. A run is one onboarding. */
export const onboarding: Scenario = {
  name: 'onboarding',
  title: 'employee-service or auth-service killed, employees leaving, at each step of an onboarding',
  plan: { full: { runs: 20 * WINDOWS.length, seconds: 1200 }, quick: { runs: WINDOWS.length, seconds: 120 } },
  checks: DEFAULT_CHECKS,
  topologies: ['single'],

  async run({ scope, databases: { directory }, http, history, random, runs }) {
    scope.teardown(async () => http.close())
    const outcomes = await killAndCheck({ scope, directory, http, random }, runs)
    const violations: Violation[] = []
    for (const outcome of outcomes) {
      const operation = operationOf(outcome)
      history.add(operation)
      for (const { kind, message } of outcome.faults) {
        const text = `${kind}: ${message}; ${operation.server}; ${outcome.person.email} ${outcome.person.employeeId}`
        violations.push({ invariant: 'I-ONBOARD', message: text, operation })
        console.error(text)
      }
    }
    return {
      faults: outcomes.filter(({ wasHit }) => wasHit).length,
      violations,
      table: onboardingTable(outcomes),
    }
  },
}

/** One trial for each run, in each window in turn; then what became of all of them. */
export async function killAndCheck(
  { random, pairs: count = PAIRS, ...options }: Omit<PairOptions, 'name'> & { readonly pairs?: number },
  runs: ScenarioContext['runs'],
): Promise<Outcome[]> {
  const pairs: Pair[] = []
  // One after another: all at once they slow each other down.
  for (let number = 1; number <= count; number++) {
    const name = `onboarding-${number}`
    pairs.push(await startPair({ ...options, name, random: random.fork(name) }))
  }
  const rounds = roundsOf(runs)
  return (await Promise.all(pairs.map((pair) => killAndCheckOne(pair, rounds)))).flat()
}

/** Numbers of runs, some at a time: each worker takes the next. */
function* roundsOf(runs: ScenarioContext['runs']): Generator<readonly number[], undefined> {
  let round: number[] = []
  for (const run of runs) {
    round.push(run)
    if (round.length < ROUND) continue
    yield round
    round = []
  }
  if (round.length > 0) yield round
}

async function killAndCheckOne(pair: Pair, rounds: Iterator<readonly number[], undefined>): Promise<Outcome[]> {
  const people = new Map<string, Person>()
  deliverMails(pair, (address) => people.get(address))
  const trials: Trial[] = []
  for (let round = rounds.next(); !round.done; round = rounds.next()) {
    await pair.untilUp('all')
    await pair.renewAdministrator()
    const cells = round.value.flatMap(cellOf)
    const atOnce = pLimit(PREPARED_AT_ONCE)
    const prepared = await Promise.all(
      cells.map((cell) =>
        atOnce(async () => {
          const person = await employ(pair)
          people.set(person.email, person)
          await prepare(pair, person, cell.window.moment.from)
          return { ...cell, person }
        }),
      ),
    )
    for (const { window, victim, person } of prepared) trials.push(await runTrial(pair, window, victim, person))
  }
  return outcomesOf(pair, trials)
}

/** The window of a run, and what is killed there: each in turn. */
function cellOf(run: number) {
  const index = (run - 1) % ORDER.length
  const round = Math.floor((run - 1) / ORDER.length)
  const window = ORDER[index]
  const victim = window?.victims[(index + round) % window.victims.length]
  return window && victim ? [{ window, victim }] : []
}

const operationOf = ({ start, end, window, victim, person, faults }: Outcome): Operation => ({
  kind: 'operation',
  start,
  end,
  actor: 'client',
  call: 'invite',
  server: `${victim} killed, ${window.name}`,
  user: person.email,
  status: faults.length === 0 ? 202 : 0,
  ...(faults.length > 0 && { reason: faults.map(({ kind }) => kind).join(', ') }),
})
