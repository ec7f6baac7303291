import { setTimeout as sleep } from 'node:timers/promises'

type Options = {
  readonly everyMs: number
  readonly signal: AbortSignal
  readonly onError: (error: unknown) => void
}

/** Does something again and again until `signal` aborts; a failure is told, and the next time comes all the same. */
export async function repeat(task: () => Promise<unknown>, { everyMs, signal, onError }: Options): Promise<void> {
  for (;;) {
    await sleep(everyMs, undefined, { signal, ref: false }).catch(() => {})
    if (signal.aborted) return
    await task().catch(onError)
  }
}
