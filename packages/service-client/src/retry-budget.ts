/** Retries of all calls together, so that a service that fails does not get a multiple of its load. */
export type RetryBudget = {
  /** A call begins. */
  earn(): void
  /** False when no retry is left. */
  spend(): boolean
}

const PER_CALL = 0.1
const MOST = 10

/** One retry for every ten calls, and up to ten at once. */
export function createRetryBudget(): RetryBudget {
  let left = MOST
  return {
    earn() {
      left = Math.min(MOST, left + PER_CALL)
    },
    spend() {
      if (left < 1) return false
      left -= 1
      return true
    },
  }
}
