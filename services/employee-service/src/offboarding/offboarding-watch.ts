import type { OffboardingRepository } from './offboarding-repository.ts'
import type { RefusedAccounts } from './refused-accounts.ts'

/** A lost notification is made up for within this. Milliseconds. */
const LOOK_EVERY_MS = 500
/** Beyond this without a look, what was done meanwhile may have been missed. */
const GAP_MS = 30_000
/** What each look goes back over: transactions that were slow to commit are seen all the same. Seconds. */
const LOOK_BACK_SECONDS = 120
/**
 * How long tokens from before the end of an account are refused here. No access token is meant to live as long; the
 * revocation feed, which knows how long they live, refuses them as well.
 */
const REMEMBER_SECONDS = 31 * 24 * 3600
/** How often everything is read, so that what is older is forgotten. */
const WHOLE_EVERY_MS = 24 * 3600 * 1000
/** What is refused anywhere must be refused here within a second: an older look does not tell. */
const CURRENT_MS = 900
/** How long it may go without a look before it says so. */
const SILENCE_MS = 4 * LOOK_EVERY_MS

export type OffboardingWatch = {
  /** Resolves when everything was read for the first time. */
  readonly ready: Promise<void>
  /** Whether everything is known that was answered a second ago or earlier. */
  isCurrent(): boolean
  /** Something has changed: look at once. Resolves after a look that began later than this call; never rejects. */
  look(): Promise<void>
  /** `'degraded'` while changes may be missed; rejects before the first reading. */
  healthCheck(): Promise<'ok' | 'degraded'>
  close(): Promise<void>
}

type WatchOptions = {
  readonly offboardings: Pick<OffboardingRepository, 'listRefused'>
  readonly accounts: RefusedAccounts
  readonly log: { info(fields: object, text: string): void; warn(fields: object, text: string): void }
  /** Called after each look that worked. */
  readonly onLook: () => void
}

/**
 * Keeps what is refused up to date: looks when it is told of a change, and every half second anyway. Cut off from Postgres it
 * keeps what it knows.
 */
export function watchOffboardings({ offboardings, accounts, log, onLook }: WatchOptions): OffboardingWatch {
  const first = Promise.withResolvers<void>()
  first.promise.catch(() => {})
  let isClosed = false
  let isReady = false
  let lookedAtMs = Number.NEGATIVE_INFINITY
  let readWholeAtMs = Number.NEGATIVE_INFINITY
  let isCut = false
  let waiting: (() => void)[] = []
  let wake = (): void => {}

  async function read(): Promise<void> {
    const startedMs = performance.now()
    const whole = startedMs - lookedAtMs > GAP_MS || startedMs - readWholeAtMs > WHOLE_EVERY_MS
    const refused = await offboardings.listRefused(whole ? REMEMBER_SECONDS : LOOK_BACK_SECONDS)
    accounts.learn(refused, whole)
    lookedAtMs = startedMs
    if (whole) readWholeAtMs = startedMs
    if (isCut) log.info({ known: accounts.size }, 'offboarding: watching again')
    isCut = false
    isReady = true
    first.resolve()
    onLook()
  }

  async function run(): Promise<void> {
    while (!isClosed) {
      const told = waiting
      waiting = []
      try {
        await read()
      } catch (err) {
        if (!isCut)
          log.warn({ err, known: accounts.size }, 'offboarding: cut off from Postgres, going by what is known')
        isCut = true
      }
      for (const tell of told) tell()
      if (waiting.length === 0 && !isClosed) await pause()
    }
    for (const tell of waiting) tell()
    first.reject(new Error('closed before the offboardings were read'))
  }

  function pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, LOOK_EVERY_MS)
    wake = () => {
      clearTimeout(timer)
      resolve()
    }
    return promise
  }

  const running = run()
  return {
    ready: first.promise,
    isCurrent: () => performance.now() - lookedAtMs < CURRENT_MS,
    look() {
      if (isClosed) return Promise.resolve()
      return new Promise((resolve) => {
        waiting.push(resolve)
        wake()
      })
    },
    async healthCheck() {
      if (!isReady) throw new Error('the offboardings have not been read yet')
      return performance.now() - lookedAtMs > SILENCE_MS ? 'degraded' : 'ok'
    },
    async close() {
      isClosed = true
      wake()
      await running
    },
  }
}
