import { setTimeout as delay } from 'node:timers/promises'

/** Waits, or stops waiting when it is time to stop: never rejects. */
export async function pause(ms: number, stop: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal: stop }).catch(() => {})
}
