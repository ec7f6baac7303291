/**
 * What an attempt came to: `done` when there is nothing more to do, well or badly. A `retry` comes after the pause of the queue, or
 * after one that the attempt knows.
 */
export type Attempt = 'done' | 'retry' | { readonly retryAfterSeconds: number }

/** A job that this process has taken. */
export type TakenJob = {
  readonly id: string
  readonly key: string
  /** Which attempt this is; settling is refused once another worker has taken the job over. */
  readonly retryCount: number
}

export type JobSource = {
  /** Takes up to `limit` jobs that are due; those whose first attempt is still to come only, if `firstOnly`. */
  take(limit: number, firstOnly: boolean): Promise<TakenJob[]>
  settle(job: TakenJob, result: Attempt): Promise<void>
}

export type JobWorkerOptions = {
  readonly source: JobSource
  readonly attempt: (key: string, signal: AbortSignal) => Promise<Attempt>
  /** Jobs at a time. A fifth of these places is kept for first attempts. */
  readonly concurrency: number
  /** Pause between two looks for jobs. Milliseconds. */
  readonly pollMs: number
  readonly onError: (error: unknown) => void
}

export type JobWorker = {
  /** The jobs under way. */
  readonly running: Iterable<TakenJob>
  /** Looks for jobs now. */
  wake(): void
  /** Takes no more jobs; waits for those under way, and aborts them after `graceMs`. */
  stop(graceMs: number): Promise<void>
}

/**
 * Works at jobs side by side, each for itself. Ours, because a worker of pg-boss takes its next batch when the slowest job of the last one
 * is through, or polls once a second for each place: here one slow job holds up no other, and an idle process asks once.
 */
export function startJobWorker({ source, attempt, concurrency, pollMs, onError }: JobWorkerOptions): JobWorker {
  const reserved = Math.floor(concurrency / 5)
  const running = new Map<TakenJob, Promise<void>>()
  const stopping = new AbortController()
  let isWoken = false
  let endPause = (): void => {}
  /** Whether jobs may be waiting for a place. */
  let isShort = false

  function wake(): void {
    isWoken = true
    endPause()
  }

  async function run(job: TakenJob): Promise<void> {
    let result: Attempt = 'retry'
    try {
      result = await attempt(job.key, stopping.signal)
    } catch (error) {
      onError(error)
    }
    // A job that cannot be settled is repeated once it has expired.
    await source.settle(job, result).catch(onError)
  }

  function begin(jobs: readonly TakenJob[]): void {
    for (const job of jobs) {
      const ended = run(job).finally(() => {
        running.delete(job)
        if (isShort) wake()
      })
      running.set(job, ended)
    }
  }

  /** Fills the places. Resolves to whether more jobs may be due. */
  async function fill(): Promise<boolean> {
    const free = concurrency - running.size
    const forAll = Math.max(0, free - reserved)
    const taken = forAll > 0 ? await source.take(forAll, false) : []
    begin(taken)
    if (taken.length < forAll) return false
    const left = free - taken.length
    if (left > 0) begin(await source.take(left, true))
    return true
  }

  async function pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    endPause = resolve
    if (isWoken) resolve()
    const timer = setTimeout(resolve, pollMs)
    await promise
    clearTimeout(timer)
  }

  let isStopping = false
  async function loop(): Promise<void> {
    while (!isStopping) {
      isWoken = false
      try {
        isShort = await fill()
      } catch (error) {
        onError(error)
      }
      if (!isStopping) await pause()
    }
  }

  const looping = loop()
  return {
    running: { [Symbol.iterator]: () => running.keys() },
    wake,
    async stop(graceMs) {
      isStopping = true
      wake()
      await looping
      const timer = setTimeout(() => stopping.abort(new Error('the process is stopping')), graceMs)
      await Promise.all(running.values())
      clearTimeout(timer)
    },
  }
}
