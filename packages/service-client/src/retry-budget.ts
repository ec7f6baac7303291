/** Retries allowed over all calls together, so that a service in trouble is not given a multiple of its load. */
export type RetryBudget = {
  /** A call begins. */
  earn(): void
  /** False when there is nothing left. */
  spend(): boolean
}

const PER_CALL = 0.1
const MOST = 10

/** One retry for ten calls, and ten at once after a quiet time. */
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
