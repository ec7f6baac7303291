import type { Pacing } from './client-options.ts'
import { ConnectionFailure } from './connection-failure.ts'
import type { Deadline } from './deadline.ts'
import { discard } from './response-body.ts'
import { retryAfterMs } from './retry-after.ts'
import type { Outcome } from './transport.ts'

export type RetryOptions = {
  send: () => Promise<Outcome>
  /** Whether it is safe to send again after this. */
  mayRepeat: (outcome: Outcome) => boolean
  maxRetries: number
  /** Asked before each retry; false ends it. */
  spend: () => boolean
  deadline: Deadline
  pacing: Pacing
}

const FIRST_MS = 100
const LONGEST_MS = 1000

/** Too many requests, and what gateways and services say when they can not serve now. */
const passingStatuses: ReadonlySet<number> = new Set([429, 502, 503, 504])

/** The trouble may be over in a moment. */
function isPassing(outcome: Outcome): boolean {
  return outcome instanceof ConnectionFailure || passingStatuses.has(outcome.status)
}

/** Sends, and sends again while the trouble is a passing one, repeating is safe and there is time. Gives the last outcome. */
export async function sendWithRetries(options: RetryOptions): Promise<Outcome> {
  const { send, mayRepeat, maxRetries, spend, deadline, pacing } = options
  for (let retries = 0; ; retries++) {
    const outcome = await send()
    if (retries >= maxRetries || !isPassing(outcome) || !mayRepeat(outcome)) return outcome
    const waitMs = pauseMs(outcome, retries, pacing.random)
    if (waitMs >= deadline.remainingMs() || !spend()) return outcome
    if (!(outcome instanceof ConnectionFailure)) discard(outcome)
    await pause(waitMs, deadline, pacing)
  }
}

/** Full jitter: anything from nothing to a bound that doubles. What the service asks for comes first, and is spread too. */
function pauseMs(outcome: Outcome, retries: number, random: () => number): number {
  const asked = outcome instanceof ConnectionFailure ? undefined : retryAfterMs(outcome.headers)
  const jitter = random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** retries)
  return (asked ?? 0) + jitter
}

async function pause(ms: number, { signal }: Deadline, { sleep }: Pacing): Promise<void> {
  try {
    await sleep(ms, signal)
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
}
