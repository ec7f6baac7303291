import { edgeProblems } from './edge-problems.ts'
import type { ProblemError } from './problem.ts'

/**
 * "We can not know" (503 with Retry-After), as opposed to a verdict: the caller should repeat the call.
 *
 * @param retryAfterSeconds whole seconds
 * @param cause for the log
 */
export function unavailable(retryAfterSeconds = 1, cause?: unknown): ProblemError<'unavailable'> {
  return new edgeProblems.unavailable({ headers: { 'retry-after': String(retryAfterSeconds) }, cause })
}

/** Settles as `promise` does, or rejects with {@link unavailable} after `ms` milliseconds. The work itself goes on. */
export async function withDeadline<T>(promise: Promise<T>, ms: number): Promise<T> {
  const { promise: deadline, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(unavailable(1, new Error(`no answer within ${ms} ms`))), ms)
  try {
    return await Promise.race([promise, deadline])
  } finally {
    clearTimeout(timer)
  }
}
