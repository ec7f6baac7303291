import { commonProblems } from '@latchkey/problems'

type SearchLimits = {
  /** Searches at a time in one process: as many as have a connection. */
  readonly running: number
  /** Of these, for one caller. */
  readonly runningOfCaller: number
  /** Searches that wait for their turn. */
  readonly waiting: number
  /** Of these, for one caller. */
  readonly waitingOfCaller: number
  /** The longest wait for a turn. Milliseconds. */
  readonly waitMs: number
}

export const SEARCH_LIMITS: SearchLimits = {
  running: 3,
  runningOfCaller: 2,
  waiting: 24,
  waitingOfCaller: 6,
  waitMs: 600,
}

/** Schedules searches, the only costly reads: no caller takes all places, and no search takes a connection of other requests. */
export type SearchPlaces = {
  /**
   * Does the work when it is the caller's turn: callers with fewer searches in progress come first. Afterwards the caller's place stays
   * taken for as long as the work took: a caller that sends one search after the other waits for nothing, and one that sends many leaves half
   * of the time to others.
   *
   * @throws `too_many_requests` for a caller with too many searches, `unavailable` when too many wait or the turn does not come
   */
  run<Result>(caller: string, work: () => Promise<Result>): Promise<Result>
}

type Clock = {
  /** Monotonic milliseconds. */
  readonly now: () => number
  readonly after: (callback: () => void, ms: number) => unknown
}

type Waiting = { readonly caller: string; readonly start: () => void }

export function createSearchPlaces(
  limits: SearchLimits = SEARCH_LIMITS,
  { now, after }: Clock = { now: () => performance.now(), after: setTimeout },
): SearchPlaces {
  const running: string[] = []
  const resting: string[] = []
  const queue: Waiting[] = []
  const count = (callers: readonly string[], caller: string): number =>
    callers.filter((other) => other === caller).length
  const mayStart = (caller: string): boolean =>
    running.length < limits.running && count([...running, ...resting], caller) < limits.runningOfCaller

  function startNext(): void {
    const [next] = queue
      .filter(({ caller }) => mayStart(caller))
      .toSorted((a, b) => count(running, a.caller) - count(running, b.caller))
    if (next === undefined) return
    queue.splice(queue.indexOf(next), 1)
    running.push(next.caller)
    next.start()
  }

  async function turnOf(caller: string): Promise<void> {
    if (mayStart(caller)) {
      running.push(caller)
      return
    }
    const waiting = queue.map((other) => other.caller)
    if (count(waiting, caller) >= limits.waitingOfCaller) throw tooMany(limits)
    if (waiting.length >= limits.waiting) throw busy()
    const turn = Promise.withResolvers<void>()
    const entry = { caller, start: turn.resolve }
    queue.push(entry)
    const giveUp = (): void => {
      if (!queue.includes(entry)) return
      queue.splice(queue.indexOf(entry), 1)
      turn.reject(busy())
    }
    const timer = setTimeout(giveUp, limits.waitMs)
    await turn.promise.finally(() => clearTimeout(timer))
  }

  function rest(caller: string, ms: number): void {
    resting.push(caller)
    after(() => {
      resting.splice(resting.indexOf(caller), 1)
      startNext()
    }, ms)
  }

  return {
    async run(caller, work) {
      await turnOf(caller)
      const startedAt = now()
      try {
        return await work()
      } finally {
        running.splice(running.indexOf(caller), 1)
        rest(caller, now() - startedAt)
        startNext()
      }
    },
  }
}

const tooMany = ({ runningOfCaller, waitingOfCaller }: SearchLimits) =>
  new commonProblems.too_many_requests({
    detail: 'You have too many searches in progress. Wait until one of them ends.',
    retryAfterSeconds: 1,
    rateLimit: { name: 'searches', quota: runningOfCaller + waitingOfCaller },
  })

const busy = () =>
  new commonProblems.unavailable({
    detail: 'The service is busy with other searches. Try again later.',
    retryAfterSeconds: 1,
  })
