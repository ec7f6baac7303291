import type { JobQueue } from '@latchkey/job-queue'
import { type Log, repeat } from '@latchkey/problems'
import type { EmployeeDatabase } from '../database/employee-database.ts'
import { listOverdueOnboardings } from './attempt-repository.ts'
import { findOnboardingStatistics, type OnboardingStatistics } from './statistics-repository.ts'

/** How often this process looks how onboardings stand. It costs one short statement while none is open. Milliseconds. */
const EVERY_MS = 2000
/** An attempt that is so late has lost its job, or its job has missed that it was to be hastened. Milliseconds. */
const OVERDUE_MS = 10_000
const HASTENED_AT_ONCE = 100

/** Makes sure that every open onboarding has a job and every job a worker, and knows how they stand. */
export type OnboardingSupervisor = {
  /** As of the last two seconds. */
  readonly statistics: OnboardingStatistics
  /** Has the job of an onboarding worked at now. */
  hasten(onboardingId: string): void
  close(): Promise<void>
}

type Dependencies = {
  readonly db: EmployeeDatabase
  readonly queue: Pick<JobQueue, 'hasten' | 'freeExpired' | 'addNow'>
  readonly log: Pick<Log, 'warn'>
}

export function superviseOnboardings({ db, queue, log }: Dependencies): OnboardingSupervisor {
  const stopping = new AbortController()
  let statistics: OnboardingStatistics = { pending: 0, invited: 0, failed: 0, oldestPending: null, oldestInvited: null }
  let checkedAtMs = performance.now()

  async function supervise(): Promise<void> {
    statistics = await findOnboardingStatistics(db)
    if (statistics.pending + statistics.invited === 0) return
    await queue.freeExpired()
    const nowMs = performance.now()
    if (nowMs < checkedAtMs + OVERDUE_MS) return
    checkedAtMs = nowMs
    const overdue = await listOverdueOnboardings(db, OVERDUE_MS, HASTENED_AT_ONCE)
    await queue.addNow(overdue)
    await queue.hasten(overdue)
  }

  const onError = (err: unknown): void => log.warn({ err }, 'onboarding: the job queue could not be checked')
  const supervising = repeat(supervise, { everyMs: EVERY_MS, signal: stopping.signal, onError })
  return {
    get statistics() {
      return statistics
    },
    hasten(onboardingId) {
      queue.hasten([onboardingId]).catch(onError)
    },
    async close() {
      stopping.abort()
      await supervising
    },
  }
}
