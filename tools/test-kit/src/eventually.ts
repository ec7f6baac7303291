import { poll } from '@latchkey/harness'

/** Far beyond what any condition takes: once it is over, speed is not the problem. */
const TIMEOUT_MS = 30_000

/**
 * Waits until a condition holds.
 *
 * @param what the condition in words, for the error
 * @returns true, for `t.ok`
 * @throws when it does not hold within 30 seconds
 */
export async function eventually(condition: () => boolean | Promise<boolean>, what?: string): Promise<true> {
  if (await poll(condition, { timeoutMs: TIMEOUT_MS, intervalMs: 10 })) return true
  throw new Error(`not within ${TIMEOUT_MS / 1000} s: ${what ?? condition}`)
}
