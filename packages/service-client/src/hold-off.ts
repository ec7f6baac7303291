import type { Pacing } from './client-options.ts'
import type { TokenFailure } from './token-request.ts'

/** Remembers that there was no token, so that a token endpoint in trouble, or one that said no, is not asked by each call. */
export type HoldOff = {
  /** The failure that still counts. */
  current(): TokenFailure | undefined
  begin(failure: TokenFailure): void
  end(): void
}

/** A verdict is lasting, trouble is passing: callers should get their tokens soon after it is over. */
const bounds = {
  token_refused: { firstMs: 1000, longestMs: 30_000 },
  token_unavailable: { firstMs: 100, longestMs: 1000 },
}
const LONGEST_RETRY_AFTER_MS = 30_000

/** Twice as long after each failure in a row. Half of it is chance, so that replicas do not come back together. */
export function createHoldOff({ now, random }: Pacing): HoldOff {
  let held: { failure: TokenFailure; until: number } | undefined
  let failures = 0
  return {
    current: () => (held !== undefined && now() < held.until ? held.failure : undefined),
    begin(failure) {
      const { firstMs, longestMs } = bounds[failure.code]
      const asked = Math.min(LONGEST_RETRY_AFTER_MS, failure.retryAfterMs ?? 0)
      const backoff = Math.min(longestMs, firstMs * 2 ** failures) * (0.5 + random() / 2)
      failures += 1
      held = { failure, until: now() + asked + backoff }
    },
    end() {
      held = undefined
      failures = 0
    },
  }
}
