import { setTimeout as sleep } from 'node:timers/promises'

type RepeatOptions = {
  /** The pause between the end of one run and the start of the next. Milliseconds. */
  readonly everyMs: number
  /** Whether the first run begins at once; after a pause unless given. */
  readonly atOnce?: boolean
  /** The longest pause after a run that failed. Milliseconds; ten seconds unless given. */
  readonly retryMs?: number
  /** Ends the loop; a run that has begun is awaited. */
  readonly signal: AbortSignal
  readonly onError: (error: unknown) => void
}

const RETRY_MS = 10_000

/**
 * Runs a task periodically until `signal` aborts. Runs never overlap, and the loop keeps no process alive. Errors go to `onError`; the
 * loop continues. The promise never rejects.
 */
export async function repeat(
  task: () => Promise<unknown>,
  { everyMs, atOnce = false, retryMs = RETRY_MS, signal, onError }: RepeatOptions,
): Promise<void> {
  let pauseMs = atOnce ? 0 : everyMs
  for (;;) {
    if (pauseMs > 0) await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => {})
    if (signal.aborted) return
    pauseMs = everyMs
    try {
      await task()
    } catch (error) {
      onError(error)
      pauseMs = Math.min(everyMs, retryMs)
    }
  }
}
