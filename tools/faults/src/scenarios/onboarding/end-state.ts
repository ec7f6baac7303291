import { poll } from '@latchkey/harness'
import pLimit from 'p-limit'
import { clock } from '../../history/history-record.ts'
import { tryEverything, untilRefused } from './leavers.ts'
import type { Pair } from './pair.ts'
import type { Person } from './person.ts'
import { openRecords, type Records } from './records.ts'
import { bringIn } from './stayers.ts'
import type { Trial } from './trial.ts'

/**
 * `lost`: who stays and was invited does not come in, or an answered request did nothing. `double`: two accounts for one person.
 * `leaver active`: their account is not disabled. `leaver let in`: a token, link or password of theirs was accepted. `stuck`: an
 * onboarding that has no job, or has not ended although the employee left, or an offboarding that is not done.
 */
export type FaultKind = 'lost' | 'double' | 'leaver active' | 'leaver let in' | 'stuck'
export type Fault = { readonly kind: FaultKind; readonly message: string }

export type Outcome = Trial & {
  readonly hasLeft: boolean
  /** From when everything was up until the last token of a leaver was refused. */
  readonly refusedAfterMs: number | undefined
  readonly faults: readonly Fault[]
}

/** A request that may still make an account is waited for for a minute. */
const NOTHING_PENDING_WITHIN_MS = 150_000
const AT_ONCE = 8

/** Waits until everything runs and rests, brings in who stays, and tries all that leavers have. */
export async function outcomesOf(pair: Pair, trials: readonly Trial[]): Promise<Outcome[]> {
  await pair.untilUp('all')
  const restoredAt = clock()
  await pair.renewAdministrator()
  const reader = openRecords(pair)
  try {
    for (const { person } of trials) await Promise.all(person.ongoing)
    const before = await reader.read()
    const hasLeft = new Map(trials.map(({ person }) => [person, isGone(person, before)]))
    const refusing = new Map(
      trials
        .filter(({ person }) => hasLeft.get(person))
        .map(({ person }) => [person, untilRefused(pair, person, restoredAt)]),
    )
    const isNothingPending = await poll(async () => (await reader.countPending()) === 0, {
      timeoutMs: NOTHING_PENDING_WITHIN_MS,
      intervalMs: 500,
    })
    if (!isNothingPending) console.error('onboardings or offboardings are pending for long')

    const atOnce = pLimit(AT_ONCE)
    const inspected = await Promise.all(
      trials.map((trial) =>
        atOnce(async () => {
          const { person } = trial
          await pair.renewAdministrator()
          await Promise.all(person.ongoing)
          const refusals = await refusing.get(person)
          const lost = hasLeft.get(person) ? undefined : await bringIn(pair, person)
          const letIn = hasLeft.get(person) ? (refusals?.fault ?? (await tryEverything(pair, person))) : undefined
          return { trial, lost, letIn, refusals }
        }),
      ),
    )
    const after = await reader.read()
    return inspected.map(({ trial, lost, letIn, refusals }): Outcome => {
      const isLeaver = hasLeft.get(trial.person) ?? false
      return {
        ...trial,
        hasLeft: isLeaver,
        refusedAfterMs: refusals && trial.person.tokens.length > 0 ? refusals.afterMs : undefined,
        faults: [
          ...faultOf('lost', lost),
          ...faultOf('leaver let in', letIn),
          ...faultsIn(after, trial.person, isLeaver),
        ],
      }
    })
  } finally {
    await reader.close()
  }
}

const faultOf = (kind: FaultKind, message: string | undefined): Fault[] =>
  message === undefined ? [] : [{ kind, message }]

function isGone({ employeeId }: Person, { employees }: Records): boolean {
  const employee = employees.find(({ id }) => id === employeeId)
  return employee === undefined || employee.status === 'terminated'
}

/** By what is written. */
function faultsIn(records: Records, { email, employeeId }: Person, isLeaver: boolean): Fault[] {
  const employee = records.employees.find(({ id }) => id === employeeId)
  const onboardings = records.onboardings.filter((each) => each.employee_id === employeeId)
  const offboardings = records.offboardings.filter((each) => each.employee_id === employeeId)
  const known = new Set([employee, ...onboardings, ...offboardings].map((each) => each?.user_id))
  const accounts = records.accounts.filter((account) => account.email === email || known.has(account.id))
  const [account] = accounts

  const faults: Fault[] = []
  if (accounts.length > 1) faults.push({ kind: 'double', message: `${accounts.length} accounts` })
  if (account && records.employees.filter((each) => each.user_id === account.id).length > 1)
    faults.push({ kind: 'double', message: 'one account for two employees' })
  for (const { state, has_job, last_error } of onboardings) {
    const isOpen = state === 'pending' || state === 'invited'
    if (isLeaver && state !== 'ended') faults.push({ kind: 'stuck', message: `${state} of a leaver: ${last_error}` })
    else if (isOpen && !has_job) faults.push({ kind: 'stuck', message: `${state} without a job` })
  }
  for (const { state, last_error } of offboardings) {
    if (state !== 'done' && state !== 'none')
      faults.push({ kind: 'stuck', message: `offboarding ${state}: ${last_error}` })
  }
  if (isLeaver) {
    for (const { status } of accounts)
      if (status !== 'disabled') faults.push({ kind: 'leaver active', message: `the account is ${status}` })
    if (accounts.some(({ id }) => records.signedIn.has(id)))
      faults.push({ kind: 'leaver let in', message: 'a session is kept in Redis' })
  } else if (account === undefined || account.status !== 'active' || employee?.user_id !== account.id) {
    faults.push({ kind: 'lost', message: `account ${account?.status}, linked ${employee?.user_id === account?.id}` })
  }
  return faults
}
