import type { Log } from '@latchkey/problems'
import type { EmployeeDatabase } from '../database/employee-database.ts'
import type { AccountDenylist } from './account-denylist.ts'
import { listDeniedAccounts } from './denylist-repository.ts'

/** How soon a lost notification is made up for. Milliseconds. */
const REFRESH_EVERY_MS = 500
/** After this long without a refresh everything is read again: what was done in between may be out of the overlap. */
const GAP_MS = 30_000
/** How far back each refresh reads what is done, so that transactions that were slow to commit are not missed. Seconds. */
const OVERLAP_SECONDS = 120
/**
 * For how long tokens from before the end of an account are refused here. No access token should live that long; the revocation
 * feed, which knows how long they live, refuses them as well.
 */
const KEEP_SECONDS = 31 * 24 * 3600
/** How often everything is read, so that older entries are dropped. */
const WHOLE_EVERY_MS = 24 * 3600 * 1000
/** What one replica has answered must be refused by all within a second: an older refresh is not good enough. */
const CURRENT_MS = 900
/** After this long without a refresh the service calls itself degraded. */
const DEGRADED_AFTER_MS = 4 * REFRESH_EVERY_MS

export type OffboardingWatch = {
  /** Resolves after the first refresh. */
  readonly ready: Promise<void>
  /** Whether everything is known that was answered a second ago or earlier. */
  isCurrent(): boolean
  /** Reads what has changed, now. Resolves after a refresh that began later than this call; never rejects. */
  refresh(): Promise<void>
  /** Calls `listener` after each refresh that succeeded. */
  subscribe(listener: () => void): void
  /** `'degraded'` while changes may be missed; rejects before the first refresh. */
  healthCheck(): Promise<'ok' | 'degraded'>
  close(): Promise<void>
}

type WatchOptions = {
  readonly db: EmployeeDatabase
  readonly denylist: AccountDenylist
  readonly log: Pick<Log, 'info' | 'warn'>
}

/**
 * Keeps the denylist up to date: refreshes it on request, and every half second anyway. Without Postgres the last known entries
 * stay.
 */
export function watchOffboardings({ db, denylist, log }: WatchOptions): OffboardingWatch {
  const first = Promise.withResolvers<void>()
  first.promise.catch(() => {})
  const listeners: (() => void)[] = []
  let isClosed = false
  let isReady = false
  let refreshedAtMs = Number.NEGATIVE_INFINITY
  let readWholeAtMs = Number.NEGATIVE_INFINITY
  let isCutOff = false
  let waiters: (() => void)[] = []
  let wake = (): void => {}

  async function read(): Promise<void> {
    const startedMs = performance.now()
    const whole = startedMs - refreshedAtMs > GAP_MS || startedMs - readWholeAtMs > WHOLE_EVERY_MS
    denylist.update(await listDeniedAccounts(db, whole ? KEEP_SECONDS : OVERLAP_SECONDS), whole)
    refreshedAtMs = startedMs
    if (whole) readWholeAtMs = startedMs
    if (isCutOff) log.info({ known: denylist.size }, 'offboarding: watching again')
    isCutOff = false
    isReady = true
    first.resolve()
    for (const listener of listeners) listener()
  }

  async function run(): Promise<void> {
    while (!isClosed) {
      const resolved = waiters
      waiters = []
      try {
        await read()
      } catch (err) {
        if (!isCutOff)
          log.warn(
            { err, known: denylist.size },
            'offboarding: cut off from Postgres, the last known accounts are refused',
          )
        isCutOff = true
      }
      for (const resolve of resolved) resolve()
      if (waiters.length === 0 && !isClosed) await pause()
    }
    for (const resolve of waiters) resolve()
    first.reject(new Error('closed before the offboardings were read'))
  }

  function pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, REFRESH_EVERY_MS)
    wake = () => {
      clearTimeout(timer)
      resolve()
    }
    return promise
  }

  const running = run()
  return {
    ready: first.promise,
    isCurrent: () => performance.now() - refreshedAtMs < CURRENT_MS,
    refresh() {
      if (isClosed) return Promise.resolve()
      return new Promise((resolve) => {
        waiters.push(resolve)
        wake()
      })
    },
    subscribe: (listener) => void listeners.push(listener),
    async healthCheck() {
      if (!isReady) throw new Error('the offboardings have not been read yet')
      return performance.now() - refreshedAtMs > DEGRADED_AFTER_MS ? 'degraded' : 'ok'
    },
    async close() {
      isClosed = true
      wake()
      await running
    },
  }
}
