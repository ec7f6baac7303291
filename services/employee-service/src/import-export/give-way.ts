import { setTimeout as pause } from 'node:timers/promises'

/** To be called between two steps of long work: other requests come first. It rejects once nobody waits for the result. */
export type GiveWay = () => Promise<void>

type Clock = {
  /** Monotonic milliseconds. */
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<unknown>
}

/** How long the work goes on before it asks whether others wait. Milliseconds. */
const WORK_MS = 20
/** An answer by then means that nobody waits. Milliseconds. */
const QUIET_MS = 2
/** The pause, in times of what the answer took. */
const CAUTION = 10
/** No pause is longer than these times the work before it: the work goes on, however busy Postgres is. */
const LONGEST = 4

/**
 * Pauses work that has run for a while, the longer the later Postgres answers: what a statement that takes no time waits for is what
 * every other request waits for. Beside a flood of one caller reads of others had a p99 of 211 ms without it and without the rests of
 * searches, and 50 ms with them: `npm run bench:floods`, docs/operations.md.
 *
 * @param ask sends such a statement on the connection of the work
 * @param signal its reason ends the work
 */
export function createGiveWay(
  ask: () => Promise<unknown>,
  signal?: AbortSignal,
  { now, sleep }: Clock = { now: () => performance.now(), sleep: pause },
): GiveWay {
  let since = now()
  return async () => {
    signal?.throwIfAborted()
    const askedAt = now()
    const workedMs = askedAt - since
    if (workedMs < WORK_MS) return
    await ask()
    const waitedMs = now() - askedAt
    if (waitedMs > QUIET_MS) await sleep(Math.min(CAUTION * waitedMs, LONGEST * workedMs))
    since = now()
  }
}
