import type { Pacing } from './client-options.ts'
import { ConnectionFailure } from './connection-failure.ts'
import type { TimeLimit } from './deadline.ts'
import { discard } from './response-body.ts'
import { retryAfterMs } from './retry-after.ts'
import type { Outcome } from './transport.ts'

export type RetryOptions = {
  send: () => Promise<Outcome>
  /** Whether it is safe to send again after this outcome. */
  mayRepeat: (outcome: Outcome) => boolean
  maxRetries: number
  /** Called before each retry; false prevents it. */
  spend: () => boolean
  limit: TimeLimit
  pacing: Pacing
}

const FIRST_MS = 100
const LONGEST_MS = 1000

/** Too many requests, and the statuses of gateways and services that are overloaded or restarting. */
const temporaryStatuses: ReadonlySet<number> = new Set([429, 502, 503, 504])

const isTemporary = (outcome: Outcome): boolean =>
  outcome instanceof ConnectionFailure || temporaryStatuses.has(outcome.status)

/** Sends, and sends again while the failure is temporary, repeating is safe, and time is left. Returns the last outcome. */
export async function sendWithRetries(options: RetryOptions): Promise<Outcome> {
  const { send, mayRepeat, maxRetries, spend, limit, pacing } = options
  for (let retries = 0; ; retries++) {
    const outcome = await send()
    if (retries >= maxRetries || !isTemporary(outcome) || !mayRepeat(outcome)) return outcome
    const waitMs = pauseMs(outcome, retries, pacing.random)
    if (pacing.now() + waitMs >= limit.endsAtMs || !spend()) return outcome
    if (!(outcome instanceof ConnectionFailure)) discard(outcome)
    await pause(waitMs, limit, pacing)
  }
}

/** Full jitter: a random pause below a bound that doubles. It is added to what the service demands, to spread that, too. */
function pauseMs(outcome: Outcome, retries: number, random: () => number): number {
  const demandedMs = outcome instanceof ConnectionFailure ? undefined : retryAfterMs(outcome.headers)
  const jitterMs = random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** retries)
  return (demandedMs ?? 0) + jitterMs
}

async function pause(ms: number, { signal }: TimeLimit, { sleep }: Pacing): Promise<void> {
  try {
    await sleep(ms, signal)
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
}
