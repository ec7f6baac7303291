/** How long something may take: the signal aborts at that time, on the client's own clock. */
export type TimeLimit = {
  readonly signal: AbortSignal
  readonly endsAtMs: number
}

/**
 * The time limit of a call. `withDeadline` of @latchkey/problems ends with the work that it waits for; this one still counts when
 * `fetch` has returned a response, since its body may hang, too.
 */
export type Deadline = TimeLimit & {
  abort(reason: Error): void
  /** Stops the clock. */
  clear(): void
}

export type DeadlineOptions = {
  ms: number
  now: () => number
  /** The reason of the signal at the deadline. */
  onMiss: () => Error
  /** The caller's own: it aborts the deadline's signal, too. */
  signal?: AbortSignal | undefined
}

export function startDeadline({ ms, now, onMiss, signal }: DeadlineOptions): Deadline {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(onMiss()), ms)
  // The connection holds the process; the limit on its own does not.
  timer.unref()
  return {
    signal: signal === undefined ? controller.signal : AbortSignal.any([controller.signal, signal]),
    endsAtMs: now() + ms,
    abort: (reason) => controller.abort(reason),
    clear: () => clearTimeout(timer),
  }
}

/** Settles as the promise does, or rejects with the signal's reason. The work itself continues: others wait for it. */
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
