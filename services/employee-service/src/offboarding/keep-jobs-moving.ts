import type { OffboardingQueue } from './offboarding-queue.ts'
import type { OffboardingRepository } from './offboarding-repository.ts'
import type { RefusedAccounts } from './refused-accounts.ts'

/** A job whose worker was killed is free again this soon after it expired. Milliseconds. */
const FREE_EVERY_MS = 1000
/** What is pending and has no job gets one this often. It should hardly happen; nothing is lost if it does. */
const QUEUE_AGAIN_EVERY_MS = 10_000
const AT_A_TIME = 100

type Dependencies = {
  readonly offboardings: Pick<OffboardingRepository, 'listOverdue'>
  readonly accounts: Pick<RefusedAccounts, 'pending'>
  readonly queue: Pick<OffboardingQueue, 'wake' | 'freeExpired' | 'addAgain'>
  readonly log: { warn(fields: object, text: string): void }
}

/** Sees to it that what is pending is worked at. Costs nothing while nothing is. */
export function keepJobsMoving({ offboardings, accounts, queue, log }: Dependencies) {
  let freedAtMs = Number.NEGATIVE_INFINITY
  let queuedAtMs = performance.now()
  let isBusy = false

  async function see(): Promise<void> {
    const nowMs = performance.now()
    if (nowMs >= freedAtMs + FREE_EVERY_MS) {
      freedAtMs = nowMs
      await queue.freeExpired()
    }
    if (nowMs >= queuedAtMs + QUEUE_AGAIN_EVERY_MS) {
      queuedAtMs = nowMs
      for (const id of await offboardings.listOverdue(QUEUE_AGAIN_EVERY_MS, AT_A_TIME)) await queue.addAgain(id)
    }
  }

  return {
    /** To be called after each look at the offboardings. */
    look(): void {
      if (accounts.pending === 0) return
      queue.wake()
      if (isBusy) return
      isBusy = true
      see()
        .catch((err: unknown) => log.warn({ err }, 'offboarding: jobs could not be looked after'))
        .finally(() => {
          isBusy = false
        })
    },
  }
}
