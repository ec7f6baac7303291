import type { JobQueue } from '@latchkey/job-queue'
import type { Log } from '@latchkey/problems'
import type { EmployeeDatabase } from '../database/employee-database.ts'
import type { AccountDenylist } from './account-denylist.ts'
import { listOverdue } from './attempt-repository.ts'

/** A job whose worker was killed is available again this soon after it has expired. Milliseconds. */
const FREE_EVERY_MS = 1000
/** A pending offboarding without a job gets one this often. It should hardly ever be needed. Milliseconds. */
const QUEUE_AGAIN_EVERY_MS = 10_000
const QUEUED_AT_ONCE = 100

type Dependencies = {
  readonly db: EmployeeDatabase
  readonly denylist: Pick<AccountDenylist, 'pending'>
  readonly queue: Pick<JobQueue, 'wake' | 'freeExpired' | 'addNow'>
  readonly log: Pick<Log, 'warn'>
}

/**
 * Makes sure that every pending offboarding has a job and every job a worker. It costs nothing while none is pending.
 *
 * @returns what to call after each refresh of the denylist
 */
export function superviseJobs({ db, denylist, queue, log }: Dependencies): () => void {
  let freedAtMs = Number.NEGATIVE_INFINITY
  let queuedAtMs = performance.now()
  let isBusy = false

  async function poll(): Promise<void> {
    const nowMs = performance.now()
    if (nowMs >= freedAtMs + FREE_EVERY_MS) {
      freedAtMs = nowMs
      await queue.freeExpired()
    }
    if (nowMs >= queuedAtMs + QUEUE_AGAIN_EVERY_MS) {
      queuedAtMs = nowMs
      await queue.addNow(await listOverdue(db, QUEUE_AGAIN_EVERY_MS, QUEUED_AT_ONCE))
    }
  }

  return function supervise() {
    if (denylist.pending === 0) return
    queue.wake()
    if (isBusy) return
    isBusy = true
    poll()
      .catch((err: unknown) => log.warn({ err }, 'offboarding: the job queue could not be checked'))
      .finally(() => {
        isBusy = false
      })
  }
}
