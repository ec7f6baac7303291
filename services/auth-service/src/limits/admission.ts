import { unavailable } from '@latchkey/problems'
import PQueue from 'p-queue'

/**
 * The standing of a caller who asks for costly work, highest first. Work is admitted in this order, so that strangers never delay known
 * callers.
 * - `signed_in`: holds a live session, or the service itself asks.
 * - `known_device`: a device on which this account was signed in before.
 * - `link_holder`: presents a valid link from a mail or an administrator.
 * - `stranger`: every other caller.
 */
export type Standing = 'signed_in' | 'known_device' | 'link_holder' | 'stranger'

/** Queues costly work of which little may run at once. */
export type Admission = {
  /**
   * Does the work when it is its turn: higher standing first, equal standing in order of arrival.
   * @throws `unavailable` at once when the places of this standing are taken or its turn would come too late; later only when work
   * of higher standing came in between
   */
  admit<Result>(standing: Standing, work: () => Promise<Result>): Promise<Result>
}

type AdmissionOptions = {
  /** Names the work in errors. */
  readonly what: string
  /** How much of it runs at once. */
  readonly concurrency: number
  /** How many of each standing may wait. */
  readonly places: number
  /** Work that is expected to wait longer is refused. Milliseconds. */
  readonly maxWaitMs: number
  /** Monotonic milliseconds. */
  readonly now?: () => number
}

const PRIORITY: Readonly<Record<Standing, number>> = { signed_in: 3, known_device: 2, link_holder: 1, stranger: 0 }
const STANDINGS = Object.keys(PRIORITY) as readonly Standing[]

/** How many of the latest durations are kept. Their median is the expected one, so that one pause of the process does not distort it. */
const MEASURED = 9

/** Admitted work is given up after this multiple of the longest expected wait: others came in between, or the machine was slow. */
const PATIENCE = 2

export function createAdmission(options: AdmissionOptions): Admission {
  const { what, concurrency, places, maxWaitMs, now = () => performance.now() } = options
  const queue = new PQueue({ concurrency })
  const waiting: Record<Standing, number> = { signed_in: 0, known_device: 0, link_holder: 0, stranger: 0 }
  const latestMs: number[] = []

  /** 0 until enough durations are known: until then only the places decide. */
  function medianMs(): number {
    return latestMs.length < MEASURED ? 0 : (latestMs.toSorted((a, b) => a - b)[Math.floor(MEASURED / 2)] ?? 0)
  }

  /** From the work that runs, and that waits with the same or a higher standing. */
  function expectedWaitMs(standing: Standing): number {
    const before = STANDINGS.filter((each) => PRIORITY[each] >= PRIORITY[standing])
    const ahead = before.reduce((sum, each) => sum + waiting[each], queue.pending)
    return (ahead / concurrency) * medianMs()
  }

  async function measured<Result>(work: () => Promise<Result>): Promise<Result> {
    const startedAt = now()
    try {
      return await work()
    } finally {
      latestMs.push(now() - startedAt)
      if (latestMs.length > MEASURED) latestMs.shift()
    }
  }

  return {
    async admit(standing, work) {
      if (queue.pending >= concurrency && (waiting[standing] >= places || expectedWaitMs(standing) > maxWaitMs)) {
        throw unavailable(new Error(`${what}: no turn for a ${standing} in time`))
      }
      const wait = new AbortController()
      let isWaiting = true
      const refuse = (): void => {
        if (isWaiting)
          wait.abort(unavailable(new Error(`${what}: callers of higher standing came before a ${standing}`)))
      }
      // After a pause of this process a thread may be free already: setImmediate lets its result be read first.
      const giveUp = setTimeout(() => setImmediate(refuse), maxWaitMs * PATIENCE)
      waiting[standing]++
      const stopWaiting = (): void => {
        clearTimeout(giveUp)
        if (isWaiting) waiting[standing]--
        isWaiting = false
      }
      const begin = () => {
        stopWaiting()
        return measured(work)
      }
      return queue.add(begin, { priority: PRIORITY[standing], signal: wait.signal }).finally(stopWaiting)
    },
  }
}
