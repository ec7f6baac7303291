import type { Pacing } from './client-options.ts'
import type { TokenFailure } from './token-request.ts'

/** Remembers the last token failure, so that calls in the next moments fail with it instead of sending a request each. */
export type HoldOff = {
  /** The failure that still counts. */
  current(): TokenFailure | undefined
  begin(failure: TokenFailure): void
  end(): void
}

/** A refusal lasts; unavailability passes, and calls should have their tokens soon after. */
const bounds = {
  token_refused: { firstMs: 1000, longestMs: 30_000 },
  token_unavailable: { firstMs: 100, longestMs: 1000 },
}
const LONGEST_RETRY_AFTER_MS = 30_000

/** Twice as long after each failure in a row. Half of it is random, so that replicas do not return together. */
export function createHoldOff({ now, random }: Pacing): HoldOff {
  let held: { failure: TokenFailure; untilMs: number } | undefined
  let failures = 0
  return {
    current: () => (held !== undefined && now() < held.untilMs ? held.failure : undefined),
    begin(failure) {
      const { firstMs, longestMs } = bounds[failure.code]
      const demandedMs = Math.min(LONGEST_RETRY_AFTER_MS, failure.retryAfterMs ?? 0)
      const backoffMs = Math.min(longestMs, firstMs * 2 ** failures) * (0.5 + random() / 2)
      failures += 1
      held = { failure, untilMs: now() + demandedMs + backoffMs }
    },
    end() {
      held = undefined
      failures = 0
    },
  }
}
