import { setTimeout as sleep } from 'node:timers/promises'

/** Rounds of a task that never overlap, with pauses between. They keep no process alive. */
export type Rounds = {
  /** A round that fails goes to `onFailure`; the next one comes all the same. */
  start(task: () => Promise<void>): void
  /** Begins the next round now, or as soon as the one that runs has ended. */
  wake(): void
  /** Does so, and resolves when it has ended. */
  next(): Promise<void>
  stop(): void
}

type Options = {
  readonly pauseMs: number
  /** Called once for each new reason until a round succeeds. */
  readonly onFailure: (error: unknown) => void
}

export function createRounds({ pauseMs, onFailure }: Options): Rounds {
  const stopping = new AbortController()
  let pausing: AbortController | undefined
  let isWoken = false
  let waiting: (() => void)[] = []
  let reason: string | undefined

  async function run(task: () => Promise<void>): Promise<void> {
    while (!stopping.signal.aborted) {
      isWoken = false
      const awaited = waiting
      waiting = []
      try {
        await task()
        reason = undefined
      } catch (error) {
        if (!stopping.signal.aborted) report(error)
      }
      for (const done of awaited) done()
      if (!isWoken) await pause()
    }
    for (const done of waiting) done()
  }

  async function pause(): Promise<void> {
    pausing = new AbortController()
    const signal = AbortSignal.any([pausing.signal, stopping.signal])
    await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => {})
    pausing = undefined
  }

  function report(error: unknown): void {
    const now = error instanceof Error ? error.message : String(error)
    if (now !== reason) onFailure(error)
    reason = now
  }

  function wake(): void {
    isWoken = true
    pausing?.abort()
  }

  return {
    start: (task) => void run(task),
    wake,
    next() {
      if (stopping.signal.aborted) return Promise.resolve()
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.push(resolve)
      wake()
      return promise
    },
    stop: () => stopping.abort(),
  }
}
