import { poll } from '@latchkey/harness'

/** Several of the longest pauses between two attempts, on a slow machine: once it is over, speed is not the problem. */
const TIMEOUT_MS = 120_000

/**
 * Waits until a condition holds.
 *
 * @param what the condition in words, for the error
 * @returns true, for `t.ok`
 * @throws when it does not hold within two minutes
 */
export async function eventually(condition: () => boolean | Promise<boolean>, what?: string): Promise<true> {
  if (await poll(condition, { timeoutMs: TIMEOUT_MS, intervalMs: 10 })) return true
  throw new Error(`not within ${TIMEOUT_MS / 1000} s: ${what ?? condition}`)
}
