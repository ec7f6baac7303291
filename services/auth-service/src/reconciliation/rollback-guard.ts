import { type Log, unavailable } from '@latchkey/problems'
import type { AuthDatabase } from '../database/auth-database.ts'
import { problems } from '../errors.ts'
import { createRounds } from '../redis/rounds.ts'
import { readBeat, tryBeat } from './beat-repository.ts'
import type { MarkAccounts } from './mark-accounts.ts'
import type { RedisBeat } from './redis-beat.ts'

/** What the operator has to run. */
const RECONCILE = '`npm run admin -- reconcile` (with compose: docker compose run --rm admin reconcile)'

const ROLLED_BACK = `Postgres is older than Redis: it was restored from a backup, or lost its last writes. Nothing is served until you run ${RECONCILE}`

/**
 * Knows whether Postgres went back in time: restored from a backup by whatever means, or failed over to a server that lacks the last writes.
 * Then accounts that were disabled since would be active again, and sessions that ended would not have.
 *
 * A beat is a number that rises in Postgres first and then in Redis. A check that reads Redis first and then Postgres finds the higher one in
 * Redis only where Postgres lost it. A Redis that went back has the lower one, and is brought up to date by {@link RedisGate}.
 */
export type RollbackGuard = {
  readonly isBehind: boolean
  /** @throws `reconciliation_required` */
  assertCurrent(): void
  /** Compares them now. @throws Error where one of them does not answer; what was known stays so */
  check(): Promise<void>
  /** The same. @throws `reconciliation_required` */
  assertStillCurrent(): Promise<void>
  /** Keeps comparing, and has the beat go on, until {@link stop}. */
  watch(): void
  /** Connections to Postgres were lost: the next ones may lead to another state of it. */
  wake(): void
  /** Resolves once Postgres is not behind. */
  untilCurrent(): Promise<void>
  stop(): Promise<void>
}

const CHECK_EVERY_MS = 500
/** What Postgres may lose without being noticed. */
const BEAT_EVERY_SECONDS = 5
/** Clocks differ, and transactions take their time between the change of an account and its commit. */
const MARK_AGAIN_MS = 120_000
const SAY_AGAIN_MS = 60_000
const RETRY_AFTER_SECONDS = 10

type Dependencies = {
  readonly db: AuthDatabase
  readonly beat: RedisBeat
  readonly markAccounts: MarkAccounts
  readonly log: Pick<Log, 'warn' | 'error' | 'info'>
}

export function createRollbackGuard({ db, beat, markAccounts, log }: Dependencies): RollbackGuard {
  let isBehind = false
  /** By the monotonic clock. */
  let saidAt = Number.NEGATIVE_INFINITY
  let waiting: (() => void)[] = []
  let marking: Promise<void> | undefined
  let isStopped = false

  async function compare() {
    const known = await beat.read()
    const { count, isDue, takesWrites } = await readBeat(db, BEAT_EVERY_SECONDS)
    if (!takesWrites) throw unavailable(new Error('Postgres takes no writes: it may lag behind'))
    adopt(known.count > count, { beatInRedis: known.count, beatInPostgres: count })
    return { known, isDue }
  }

  function adopt(found: boolean, beats: object): void {
    const hasChanged = found !== isBehind
    isBehind = found
    if (isBehind && (hasChanged || performance.now() > saidAt + SAY_AGAIN_MS)) {
      saidAt = performance.now()
      log.error({ event: 'postgres_rolled_back', ...beats }, ROLLED_BACK)
    }
    if (isBehind) return
    if (hasChanged) log.info({ event: 'postgres_reconciled', ...beats }, 'Postgres is as new as Redis again')
    for (const done of waiting) done()
    waiting = []
  }

  async function round(): Promise<void> {
    const { known, isDue } = await compare()
    if (isBehind || !isDue) return
    // Not where Postgres has just gone back: it would come as far as Redis unnoticed.
    const made = await tryBeat(db, { least: known.count, everySeconds: BEAT_EVERY_SECONDS })
    if (!made) return
    await beat.raise({ count: made.count, policyVersion: made.policyVersion })
    // All accounts take a while, once; comparing goes on.
    marking ??= mark(known.markedUntil, made.at)
      .catch(onFailure)
      .finally(() => {
        marking = undefined
      })
  }

  async function mark(markedUntil: Date | undefined, now: Date): Promise<void> {
    await markAccounts(markedUntil && new Date(markedUntil.getTime() - MARK_AGAIN_MS))
    await beat.raise({ markedUntil: now })
  }

  function onFailure(err: unknown): void {
    if (!isStopped) log.warn({ err }, 'Postgres and Redis could not be compared')
  }

  const rounds = createRounds({ pauseMs: CHECK_EVERY_MS, onFailure })

  function assertCurrent(): void {
    if (!isBehind) return
    throw new problems.reconciliation_required({
      retryAfterSeconds: RETRY_AFTER_SECONDS,
      cause: new Error(ROLLED_BACK),
    })
  }

  return {
    get isBehind() {
      return isBehind
    },

    assertCurrent,

    check: async () => void (await compare()),

    async assertStillCurrent() {
      await compare()
      assertCurrent()
    },

    watch: () => rounds.start(round),
    wake: rounds.wake,

    untilCurrent: () => (isBehind ? new Promise<void>((resolve) => void waiting.push(resolve)) : Promise.resolve()),

    async stop() {
      isStopped = true
      rounds.stop()
      await marking
    },
  }
}
