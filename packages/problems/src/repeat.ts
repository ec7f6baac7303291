import { setTimeout as sleep } from 'node:timers/promises'

type RepeatOptions = {
  /** The pause between the end of one run and the start of the next. Milliseconds. */
  readonly everyMs: number
  /** Ends the loop; a run that has begun is awaited. */
  readonly signal: AbortSignal
  readonly onError: (error: unknown) => void
}

/**
 * Runs a task periodically, the first time after `everyMs`, until `signal` aborts. Runs never overlap, and the loop keeps no
 * process alive. Errors go to `onError`; the loop continues. The promise never rejects.
 */
export async function repeat(task: () => Promise<unknown>, { everyMs, signal, onError }: RepeatOptions): Promise<void> {
  for (;;) {
    await sleep(everyMs, undefined, { signal, ref: false }).catch(() => {})
    if (signal.aborted) return
    try {
      await task()
    } catch (error) {
      onError(error)
    }
  }
}
