import { commonProblems, type RateLimit } from '@latchkey/problems'

/** The refusal of a caller who reached a limit. @param waitMs until there is room; `Retry-After` has whole seconds, which end no sooner */
export function tooManyRequests(waitMs: number, rateLimit?: RateLimit): Error {
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000))
  return new commonProblems.too_many_requests({ retryAfterSeconds, ...(rateLimit && { rateLimit }) })
}
