import { setTimeout as sleep } from 'node:timers/promises'
import type { Attempt } from '@latchkey/job-queue'
import type { Log } from '@latchkey/problems'
import type { EmployeeDatabase } from '../database/employee-database.ts'
import type { AccountFinder } from '../onboarding/account-finder.ts'
import type { AccountDisabler, DisableResult } from './account-disabler.ts'
import { findPending, markDone, markEmpty, markFailed, recordAttempt } from './attempt-repository.ts'
import type { PendingOffboarding } from './offboarding.ts'

/** An attempt is repeated until it succeeds, however long that takes. After so long it is logged as an error. */
const LONG_MS = 3600 * 1000
/** At an attempt every two or three seconds, about three quarters of an hour. */
const ATTEMPTS_BETWEEN_ERRORS = 1000

/** Tokens carry whole seconds: one that was issued in the last of them must not be taken for a later one. */
const REST_OF_THE_SECOND_MS = 1000

/** What this process has done since it started. */
export type AttemptCounts = { readonly attempts: number; readonly done: number; readonly failed: number }

export type OffboardingAttempts = {
  /** Attempts an offboarding once. Any part of it may be repeated, so a worker that finds one half done starts over. */
  attempt(offboardingId: string): Promise<Attempt>
  readonly counts: AttemptCounts
}

type Dependencies = {
  readonly db: EmployeeDatabase
  readonly disabler: AccountDisabler
  readonly finder: AccountFinder
  readonly log: Log & { readonly debug: Log['info'] }
}

type Retry = Pick<Extract<DisableResult, { outcome: 'retry' }>, 'error' | 'needsOperator'>

export function createOffboardingAttempts({ db, disabler, finder, log }: Dependencies): OffboardingAttempts {
  const counts = { attempts: 0, done: 0, failed: 0 }

  async function fail(offboarding: PendingOffboarding, error: string): Promise<Attempt> {
    await markFailed(db, offboarding.id, error)
    counts.failed += 1
    log.error(
      { ...fieldsOf(offboarding), error },
      'offboarding failed: the account goes on, an administrator has to act',
    )
    return 'done'
  }

  async function retry(offboarding: PendingOffboarding, { error, needsOperator }: Retry): Promise<Attempt> {
    await recordAttempt(db, offboarding.id, error)
    const fields = { ...fieldsOf(offboarding), error }
    const isLong = offboarding.triedForMs > LONG_MS && offboarding.attempts % ATTEMPTS_BETWEEN_ERRORS === 0
    if (isLong) log.error(fields, 'offboarding: not possible for long, will be tried again')
    // The same line every other second would hide all others.
    else if (error === offboarding.lastError) log.debug(fields, 'offboarding: still not possible')
    else if (needsOperator)
      log.error(fields, 'offboarding: auth-service refuses the call; it is tried until an operator acts')
    else log.warn(fields, 'offboarding: will be tried again')
    return 'retry'
  }

  /** Looks for the account that an invitation may have made; the next attempt disables it. */
  async function find(offboarding: PendingOffboarding): Promise<Attempt> {
    const { id, onboardingId, requestId } = offboarding
    const finding = onboardingId === null ? undefined : await finder.find(onboardingId, requestId)
    if (finding?.outcome === 'found') return { retryAfterSeconds: 0 }
    if (finding?.outcome === 'retry') return retry(offboarding, finding)
    await markEmpty(db, id)
    log.info(fieldsOf(offboarding), 'offboarding done: the invitation has made no account')
    return 'done'
  }

  async function disable(offboarding: PendingOffboarding, userId: string): Promise<Attempt> {
    const result = await disabler.disable(userId, { id: offboarding.requestId })
    if (result.outcome === 'refused') return fail(offboarding, result.error)
    if (result.outcome === 'retry') return retry(offboarding, result)
    await sleep(REST_OF_THE_SECOND_MS)
    await markDone(db, { id: offboarding.id, userId }, { tokensUntil: result.answeredAt, clients: result.clients })
    counts.done += 1
    const clients = result.clients.length > 0 && { clients: result.clients }
    log.info({ ...fieldsOf(offboarding), ...clients }, 'offboarding done: the account is disabled')
    return 'done'
  }

  return {
    counts,
    async attempt(id) {
      const offboarding = await findPending(db, id)
      if (offboarding === undefined) return 'done'
      counts.attempts += 1
      const { userId } = offboarding
      return userId === null ? find(offboarding) : disable(offboarding, userId)
    },
  }
}

const fieldsOf = ({ id, employeeId, userId, requestId, attempts }: PendingOffboarding) => ({
  offboardingId: id,
  employeeId,
  userId,
  requestId,
  attempt: attempts + 1,
})
