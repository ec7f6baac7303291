import type { Attempt } from '@latchkey/job-queue'
import type { Log } from '@latchkey/problems'
import type { EmployeeDatabase } from '../database/employee-database.ts'
import { findOpenOnboarding, markFailed, recordAttempt } from './attempt-repository.ts'
import type { CheckAccount } from './check-account.ts'
import type { MakeAccount } from './make-account.ts'
import type { OpenOnboarding } from './onboarding.ts'
import type { Step } from './step.ts'

/** Pauses double up to this where auth-service names none. */
const LONGEST_RETRY_SECONDS = 10
/** Steps follow each other at once: to make an account, to look at it, to link it. More are those of another request. */
const MOST_STEPS = 5
/** After so long without success it is logged as an error, and then about every hour. */
const LONG_MS = 3600 * 1000
const ATTEMPTS_BETWEEN_ERRORS = 360

/** What this process has done since it started. */
export type OnboardingCounts = { readonly attempts: number; readonly accepted: number; readonly failed: number }

export type OnboardingAttempts = {
  /**
   * Takes an onboarding as far as it goes. Each step begins with what the database says and ends with what it records, so that a worker
   * may be killed anywhere, and two may work at one.
   */
  attempt(onboardingId: string): Promise<Attempt>
  readonly counts: OnboardingCounts
}

type Dependencies = {
  readonly db: EmployeeDatabase
  readonly makeAccount: MakeAccount
  readonly checkAccount: CheckAccount
  readonly log: Log & { readonly debug: Log['info'] }
}

export function createOnboardingAttempts({ db, makeAccount, checkAccount, log }: Dependencies): OnboardingAttempts {
  const counts = { attempts: 0, accepted: 0, failed: 0 }

  async function fail(onboarding: OpenOnboarding, error: string): Promise<Attempt> {
    if (await markFailed(db, onboarding, error)) {
      counts.failed += 1
      log.warn({ ...fieldsOf(onboarding), error }, 'onboarding failed')
    }
    return 'done'
  }

  async function retry(onboarding: OpenOnboarding, step: Extract<Step, { next: 'retry' }>): Promise<Attempt> {
    const { error, afterSeconds = Math.min(2 ** onboarding.attempts, LONGEST_RETRY_SECONDS), needsOperator } = step
    await recordAttempt(db, onboarding.id, { lastError: error, seconds: afterSeconds })
    const fields = { ...fieldsOf(onboarding), error }
    const isLong = onboarding.ageMs > LONG_MS && onboarding.attempts % ATTEMPTS_BETWEEN_ERRORS === 0
    if (isLong && onboarding.state === 'pending')
      log.error(fields, 'onboarding: not possible for long, will be tried again')
    // The same line at each attempt would hide all others.
    else if (error === onboarding.lastError) log.debug(fields, 'onboarding: still not possible')
    else if (needsOperator)
      log.error(fields, 'onboarding: auth-service refuses the call; it is tried until an operator acts')
    else log.warn(fields, 'onboarding: will be tried again')
    return { retryAfterSeconds: afterSeconds }
  }

  function linked(onboarding: OpenOnboarding, result: Extract<Step, { next: 'linked' }>['result']): Attempt {
    if (result === 'accepted') {
      counts.accepted += 1
      log.info(fieldsOf(onboarding), 'onboarding done: the account is linked')
    } else if (result === 'already_linked' || result === 'account_linked') {
      counts.failed += 1
      log.warn({ ...fieldsOf(onboarding), error: result }, 'onboarding failed')
    }
    return 'done'
  }

  /** @returns undefined when the next step may follow at once */
  async function conclude(onboarding: OpenOnboarding, step: Step): Promise<Attempt | undefined> {
    switch (step.next) {
      case 'step':
        return undefined
      case 'linked':
        return linked(onboarding, step.result)
      case 'fail':
        return fail(onboarding, step.error)
      case 'retry':
        return retry(onboarding, step)
      case 'check':
        if (onboarding.state === 'pending') log.info(fieldsOf(onboarding), 'onboarding: the employee is invited')
        return { retryAfterSeconds: step.afterSeconds }
    }
  }

  return {
    counts,
    async attempt(id) {
      counts.attempts += 1
      for (let steps = 0; steps < MOST_STEPS; steps++) {
        const onboarding = await findOpenOnboarding(db, id)
        if (onboarding === undefined) return 'done'
        const { userId } = onboarding
        const step = userId === null ? await makeAccount(onboarding) : await checkAccount(onboarding, userId)
        const attempt = await conclude(onboarding, step)
        if (attempt !== undefined) return attempt
      }
      return 'retry'
    },
  }
}

const fieldsOf = ({ id, employeeId, userId, requestId, attempts }: OpenOnboarding) => ({
  onboardingId: id,
  employeeId,
  userId,
  requestId,
  attempt: attempts + 1,
})
