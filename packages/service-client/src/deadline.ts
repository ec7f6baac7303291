/** The time that something may take, as a signal. */
export type Deadline = {
  /** Aborted when the time is up, by {@link end}, or with the caller's own signal. */
  readonly signal: AbortSignal
  remainingMs(): number
  end(reason: Error): void
  /** The time no longer counts. */
  clear(): void
}

export type DeadlineOptions = {
  ms: number
  now: () => number
  /** The reason of a signal whose time is up. */
  onMiss: () => Error
  /** The caller's own. */
  signal?: AbortSignal | undefined
}

export function startDeadline({ ms, now, onMiss, signal }: DeadlineOptions): Deadline {
  const controller = new AbortController()
  const start = now()
  const timer = setTimeout(() => controller.abort(onMiss()), ms)
  // What is waited for holds the process; its time limit alone must not.
  timer.unref()
  return {
    signal: signal === undefined ? controller.signal : AbortSignal.any([controller.signal, signal]),
    remainingMs: () => start + ms - now(),
    end: (reason) => controller.abort(reason),
    clear: () => clearTimeout(timer),
  }
}

/** Settles as the promise does, or rejects with the signal's reason. What is waited for goes on. */
export async function untilAborted<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  signal.throwIfAborted()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(signal.reason)
  signal.addEventListener('abort', onAbort)
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
