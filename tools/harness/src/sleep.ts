import { setTimeout as timer } from 'node:timers/promises'

/** Resolves after `ms` milliseconds, or as soon as the signal aborts. Never rejects. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await timer(ms, undefined, signal && { signal }).catch(() => {})
}

export type PollOptions = {
  readonly timeoutMs: number
  /** Pause between two checks. */
  readonly intervalMs?: number
  /** Ends the wait early. */
  readonly signal?: AbortSignal
}

/**
 * Checks a condition again and again until it holds.
 *
 * @returns false when the time is up, or the signal aborted, and it still does not hold
 * @throws what the condition throws
 */
export async function poll(
  condition: () => boolean | Promise<boolean>,
  { timeoutMs, intervalMs = 20, signal }: PollOptions,
): Promise<boolean> {
  const deadline = performance.now() + timeoutMs
  while (!(await condition())) {
    if (signal?.aborted || performance.now() > deadline) return false
    await sleep(intervalMs, signal)
  }
  return true
}
