import { unavailable, withDeadline } from '@latchkey/problems'

/** Until here nothing has changed, and 503 may say so. Milliseconds. */
const CHECKS_TIMEOUT_MS = 1500

/**
 * For requests whose change is completed once it has begun, so that 503 is not the answer to what was done. A store that is down or hangs
 * ends them earlier: each statement and each command has a deadline of 1.5 s at most, and so have the checks before. Milliseconds.
 */
export const CHANGE_TIMEOUT_MS = 10_000

/** Awaits the checks that come before a change, which is completed once it has begun. @throws `unavailable` when they take too long */
export function beforeChange<Result>(checks: Promise<Result>): Promise<Result> {
  return withDeadline(checks, CHECKS_TIMEOUT_MS, {
    onMiss: () => unavailable(new Error('the checks before the change took too long')),
  })
}
