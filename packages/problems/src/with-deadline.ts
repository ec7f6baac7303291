type DeadlineOptions = {
  /** The one that did not answer, for the message of the error. */
  readonly what?: string
  /** The caller's own: the wait ends with it, by its reason. */
  readonly signal?: AbortSignal | undefined
  /** The error of a missed deadline. */
  readonly onMiss?: () => Error
}

/**
 * Settles as the work does, or rejects once `ms` milliseconds are over: what never answers must not hold its caller. Work that is given
 * as a function gets a signal which aborts then; what it does afterwards is ignored.
 */
export async function withDeadline<Result>(
  work: Promise<Result> | ((signal: AbortSignal) => Promise<Result>),
  ms: number,
  {
    what = 'the call',
    signal,
    onMiss = () => new Error(`${what} did not answer within ${ms} ms`),
  }: DeadlineOptions = {},
): Promise<Result> {
  signal?.throwIfAborted()
  const { promise: missed, reject } = Promise.withResolvers<never>()
  // Not for a plain promise: a controller for each request would cost more than the timer.
  const controller = typeof work === 'function' ? new AbortController() : undefined
  const giveUp = (reason: unknown): void => {
    controller?.abort(reason)
    reject(reason)
  }
  const onAbort = (): void => giveUp(signal?.reason)
  signal?.addEventListener('abort', onAbort)
  // If this process was held up, the answer may be here already: it is looked at first.
  const timer = setTimeout(() => setImmediate(() => giveUp(onMiss())), ms)
  try {
    const answer = typeof work === 'function' && controller ? work(controller.signal) : work
    return await Promise.race([answer as Promise<Result>, missed])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}
