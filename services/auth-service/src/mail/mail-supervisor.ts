import type { JobQueue } from '@latchkey/job-queue'
import type { AuthDatabase } from '../database/auth-database.ts'
import { findPendingMails, listOverdueMails, type PendingMails } from './mail-status-repository.ts'

/** A pending mail gets a job again this often, if it has none. It should hardly ever be needed. Milliseconds. */
const QUEUE_AGAIN_EVERY_MS = 60_000
const QUEUED_AT_ONCE = 100

type Dependencies = {
  readonly db: AuthDatabase
  readonly queue: Pick<JobQueue, 'addNow' | 'freeExpired'>
  /** Epoch milliseconds. */
  readonly now: () => number
}

export type MailSupervisor = {
  supervise(): Promise<void>
  /** As of the last run. */
  pending(): PendingMails
}

/** Makes sure that every pending mail has a job and every job a worker. One statement while none is pending. */
export function createMailSupervisor({ db, queue, now }: Dependencies): MailSupervisor {
  let pending: PendingMails = { count: 0, oldest: undefined }
  let queuedAtMs = now()
  return {
    pending: () => pending,
    async supervise() {
      pending = await findPendingMails(db)
      if (pending.count === 0) return
      await queue.freeExpired()
      if (now() < queuedAtMs + QUEUE_AGAIN_EVERY_MS) return
      queuedAtMs = now()
      await queue.addNow(await listOverdueMails(db, new Date(now() - QUEUE_AGAIN_EVERY_MS), QUEUED_AT_ONCE))
    },
  }
}
