import { unavailable } from '@latchkey/problems'
import PQueue from 'p-queue'

/**
 * Who asks for costly work, the best known first. Work is admitted in this order, so that strangers never delay people whom we know.
 * - `signed_in`: holds a live session, or the service itself asks.
 * - `known_device`: a device on which this account was signed in before.
 * - `link_holder`: presents a good link from a mail or an administrator.
 * - `stranger`: everybody else, whatever name was typed.
 */
export type Standing = 'signed_in' | 'known_device' | 'link_holder' | 'stranger'

/** Admits costly work to where little of it may run at once. */
export type Admission = {
  /**
   * Does the work when it is its turn: those of better standing first, equals in the order in which they came.
   * @throws `unavailable` at once when the places of this standing are taken or its turn would come too late; later only when work
   * of better standing came in between
   */
  admit<Result>(standing: Standing, work: () => Promise<Result>): Promise<Result>
}

type AdmissionOptions = {
  /** Names the work in errors. */
  readonly what: string
  /** How much of it runs at once. */
  readonly concurrency: number
  /** How many of each standing may wait. Nobody takes the places of others. */
  readonly places: number
  /** The longest wait for a turn that may be expected, in milliseconds. */
  readonly maxWaitMs: number
  /** Milliseconds that only grow. */
  readonly now?: () => number
}

const PRIORITY: Readonly<Record<Standing, number>> = { signed_in: 3, known_device: 2, link_holder: 1, stranger: 0 }
const STANDINGS = Object.keys(PRIORITY) as readonly Standing[]

/** The latest of these say how long the work takes. Their median: one pause of the process is none of the work's. */
const MEASURED = 9

/** How much longer than may be expected somebody waits before they are told: others came in between, or the machine was slow. */
const PATIENCE = 2

export function createAdmission(options: AdmissionOptions): Admission {
  const { what, concurrency, places, maxWaitMs, now = () => performance.now() } = options
  const queue = new PQueue({ concurrency })
  const waiting: Record<Standing, number> = { signed_in: 0, known_device: 0, link_holder: 0, stranger: 0 }
  const latestMs: number[] = []

  /** 0 until enough is known: then the places alone decide. */
  function medianMs(): number {
    return latestMs.length < MEASURED ? 0 : (latestMs.toSorted((a, b) => a - b)[Math.floor(MEASURED / 2)] ?? 0)
  }

  /** By what runs, and waits with the same standing or a better one. */
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
          wait.abort(unavailable(new Error(`${what}: callers of better standing came before a ${standing}`)))
      }
      // After a pause of this process a thread may be free already: its work is read first.
      const giveUp = setTimeout(() => setImmediate(refuse), maxWaitMs * PATIENCE)
      waiting[standing]++
      const settled = (): void => {
        clearTimeout(giveUp)
        if (isWaiting) waiting[standing]--
        isWaiting = false
      }
      const begin = () => {
        settled()
        return measured(work)
      }
      return queue.add(begin, { priority: PRIORITY[standing], signal: wait.signal }).finally(settled)
    },
  }
}
