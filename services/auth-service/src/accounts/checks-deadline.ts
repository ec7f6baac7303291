import { unavailable, withDeadline } from '@latchkey/problems'

/** Until here nothing has changed, and 503 may say so. Milliseconds. */
const CHECKS_TIMEOUT_MS = 1500

/** Awaits the checks that come before a change, which is seen through once it has begun. @throws `unavailable` when they take too long */
export function beforeChange<Result>(checks: Promise<Result>): Promise<Result> {
  return withDeadline(checks, CHECKS_TIMEOUT_MS, {
    onMiss: () => unavailable(new Error('what comes before the change was not checked in time')),
  })
}
