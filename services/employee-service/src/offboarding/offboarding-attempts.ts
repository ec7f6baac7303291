import { setTimeout as sleep } from 'node:timers/promises'
import type { AccountDisabler } from './account-disabler.ts'
import type { PendingOffboarding } from './offboarding.ts'
import type { OffboardingRepository } from './offboarding-repository.ts'

/** What can pass is tried until it does, however long that takes: a job that gave up could miss the moment. But it is told. */
const LONG_MS = 3600 * 1000
/** At an attempt every two or three seconds, about three quarters of an hour. */
const ATTEMPTS_BETWEEN_TELLING = 1000

/** Tokens carry whole seconds: one that was issued in the last of them must not be taken for a later one. */
const REST_OF_THE_SECOND_MS = 1000

/** `settled`: there is nothing more to do, well or badly. */
export type Attempt = 'settled' | 'retry'

export type AttemptCounts = { readonly attempts: number; readonly done: number; readonly failed: number }

type Log = Record<'debug' | 'info' | 'warn' | 'error', (fields: object, text: string) => void>

type Dependencies = {
  readonly offboardings: Pick<OffboardingRepository, 'findPending' | 'noteAttempt' | 'markFailed' | 'markDone'>
  readonly disabler: AccountDisabler
  readonly log: Log
}

export type OffboardingAttempts = {
  /** Tries once. Repeating any part of it is safe, so that whoever finds one half done starts it over. */
  attempt(id: string): Promise<Attempt>
  readonly counts: AttemptCounts
}

export function createOffboardingAttempts({ offboardings, disabler, log }: Dependencies): OffboardingAttempts {
  const counts = { attempts: 0, done: 0, failed: 0 }

  async function fail(offboarding: PendingOffboarding, error: string): Promise<Attempt> {
    await offboardings.markFailed(offboarding.id, error)
    counts.failed += 1
    log.error(
      { ...fieldsOf(offboarding), error },
      'offboarding failed: the account is not disabled, somebody has to look',
    )
    return 'settled'
  }

  async function later(offboarding: PendingOffboarding, error: string): Promise<Attempt> {
    await offboardings.noteAttempt(offboarding.id, error)
    const isLong = offboarding.triedForMs > LONG_MS && offboarding.attempts % ATTEMPTS_BETWEEN_TELLING === 0
    // The same again every other second would drown what else there is to read.
    if (isLong) log.error({ ...fieldsOf(offboarding), error }, 'offboarding: not possible for long, and still tried')
    else if (error === offboarding.lastError)
      log.debug({ ...fieldsOf(offboarding), error }, 'offboarding: still not possible')
    else if (error === 'token_refused')
      log.error({ ...fieldsOf(offboarding), error }, 'offboarding: auth-service refuses this client')
    else log.warn({ ...fieldsOf(offboarding), error }, 'offboarding: will be tried again')
    return 'retry'
  }

  return {
    counts,
    async attempt(id) {
      const offboarding = await offboardings.findPending(id)
      if (offboarding === undefined) return 'settled'
      counts.attempts += 1
      const disabling = await disabler.disable(offboarding.userId, { id: offboarding.requestId })
      if (disabling.verdict === 'refused') return fail(offboarding, disabling.error)
      if (disabling.verdict === 'retry') return later(offboarding, disabling.error)
      await sleep(REST_OF_THE_SECOND_MS)
      await offboardings.markDone(offboarding, disabling.answeredAt)
      counts.done += 1
      log.info(fieldsOf(offboarding), 'offboarding done: the account is disabled')
      return 'settled'
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
