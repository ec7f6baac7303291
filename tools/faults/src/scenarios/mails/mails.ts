import type { Random } from '@latchkey/harness'
import { poll, sleep } from '@latchkey/harness'
import { DEFAULT_CHECKS } from '../../checker/check-options.ts'
import type { Violation } from '../../checker/violation.ts'
import type { Operation } from '../../history/history-record.ts'
import type { Scenario, ScenarioContext } from '../scenario.ts'
import { type Outcome, outcomeOf, untilAllArrived, untilNothingIsPending } from './end-state.ts'
import { mailsTable } from './mails-table.ts'
import { registerAccount } from './register.ts'
import { type Replicas, startReplicas } from './replicas.ts'
import { runTrial, type Trial } from './trial.ts'
import { WINDOWS } from './windows.ts'

const REPLICAS = 3
const ARRIVES_WITHIN_MS = 30_000

/** A replica of auth-service is killed between two steps of a mail. A run is one mail. */
export const mails: Scenario = {
  name: 'mails',
  title: 'auth-service killed between the steps of a mail',
  plan: { full: { runs: 20 * WINDOWS.length, seconds: 900 }, quick: { runs: 2 * WINDOWS.length, seconds: 60 } },
  checks: DEFAULT_CHECKS,
  topologies: ['single'],

  async run({ scope, databases: { directory }, http, history, random, runs }) {
    scope.teardown(async () => http.close())
    const replicas = await startReplicas({ scope, directory, http, random, count: REPLICAS })
    const outcomes = await killAndCheck(replicas, runs, random)
    const operations = outcomes.map((outcome) => ({ outcome, operation: operationOf(outcome) }))
    for (const { operation } of operations) history.add(operation)
    const violations = operations.flatMap(({ outcome, operation }) =>
      outcome.faults.map(
        (fault): Violation => ({
          invariant: 'I-MAIL',
          message: `${fault}: killed ${outcome.window.name}`,
          operation,
        }),
      ),
    )
    return {
      faults: outcomes.filter(({ wasKilled }) => wasKilled).length,
      violations,
      table: mailsTable(outcomes),
    }
  },
}

/** One trial for each run, in each window in turn; then what became of all of them. */
export async function killAndCheck(
  replicas: Replicas,
  runs: ScenarioContext['runs'],
  random: Random,
): Promise<Outcome[]> {
  const trials: Trial[] = []
  let mailboxes: string[] = []
  for (const run of runs) {
    const window = WINDOWS[(run - 1) % WINDOWS.length]
    if (mailboxes.length === 0) mailboxes = await register(replicas, WINDOWS.length)
    const mailbox = mailboxes.pop()
    if (window === undefined || mailbox === undefined) continue
    await replicas.untilUp(replicas.count - 1)
    trials.push(await runTrial(replicas, window, mailbox))
    await sleep(random.between(0, 100))
  }
  await replicas.untilUp(replicas.count)
  await untilAllArrived(replicas, trials)
  await untilNothingIsPending(replicas)
  const outcomes: Outcome[] = []
  for (const trial of trials) outcomes.push(await outcomeOf(replicas, trial))
  return outcomes
}

/** Mailboxes of new accounts, once their registration has left nothing to send. */
async function register(replicas: Replicas, count: number): Promise<string[]> {
  await replicas.untilUp(replicas.count)
  const mailboxes: string[] = []
  while (mailboxes.length < count) mailboxes.push((await registerAccount(replicas, 'trial')).email)
  const haveArrived = async () =>
    mailboxes.every((mailbox) => replicas.mailServer.mails.some(({ to }) => to === mailbox))
  await poll(haveArrived, { timeoutMs: ARRIVES_WITHIN_MS })
  return mailboxes
}

const operationOf = ({ start, end, window, mailbox, faults }: Outcome): Operation => ({
  kind: 'operation',
  start,
  end,
  actor: 'client',
  call: 'forgot-password',
  server: `auth-service killed ${window.name}`,
  user: mailbox,
  status: faults.length === 0 ? 202 : 0,
  ...(faults.length > 0 && { reason: faults.join(', ') }),
})
