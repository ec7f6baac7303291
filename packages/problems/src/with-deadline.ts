type DeadlineOptions = {
  /** What is waited for; names it in the error's message. */
  readonly what?: string
  /** Of the caller: once it aborts, the wait rejects with its reason. */
  readonly signal?: AbortSignal | undefined
  /** The error of a missed deadline. */
  readonly onMiss?: () => Error
}

/**
 * Settles as the work does, or rejects after `ms` milliseconds, so that a caller never waits for ever. Work that is a function
 * gets a signal, which aborts at the deadline; what the work does after that is ignored.
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
  // After a pause of this process an answer may be waiting to be read: it wins.
  const timer = setTimeout(() => setImmediate(() => giveUp(onMiss())), ms)
  try {
    const answer = typeof work === 'function' && controller ? work(controller.signal) : work
    return await Promise.race([answer as Promise<Result>, missed])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}
