import type { AuthDatabase } from '../database/auth-database.ts'
import type { MarkAccounts } from '../reconciliation/mark-accounts.ts'
import type { AccessTokenLives } from '../revocations/access-token-lives.ts'
import { allTokensOf, type RevocationPublisher } from '../revocations/redis-revocation-publisher.ts'
import { listErasedSince } from '../users/erased-user-repository.ts'
import { listUsersChangedSince } from '../users/user-repository.ts'
import type { SessionCommands } from './session-commands.ts'
import {
  deleteEventsBefore,
  findCutoff,
  listEnds,
  listOpenings,
  lockRecoveryExclusive,
} from './session-event-repository.ts'

/** Events this long before the checkpoint are applied again too: calls overtake each other. */
const MARGIN_SECONDS = 60
const PAGE = 500

type Dependencies = {
  readonly db: AuthDatabase
  /** Not behind the gate: recovery runs while that is shut. */
  readonly commands: SessionCommands
  readonly publisher: RevocationPublisher
  readonly markAccounts: MarkAccounts
  /** Publishes again what was revoked since, other than sessions and users. */
  readonly publishOthers: readonly ((since: Date) => Promise<void>)[]
  /** The longest that a session, and so a Redis with one in it, can matter. */
  readonly maxAgeMs: number
  readonly lives: AccessTokenLives
  /** Epoch milliseconds. */
  readonly now: () => number
}

export type Recovered = {
  readonly ends: number
  readonly openings: number
  /** The last event that was applied; undefined where there was none. */
  readonly lastEventId: string | undefined
}

/** @param since the last event that Redis is known to have; undefined where none is known */
export type RecoverSessions = (since: string | undefined) => Promise<Recovered>

/**
 * Brings a Redis that may have gone back in time (restarted from an older file, a replica promoted without the last
 * writes, emptied) to the state that Postgres records: ended sessions end again, lost ones are put back, stale snapshots
 * of users go, erased users go whole, and what verifiers must still know is published again. Repeating it changes nothing.
 */
export function createSessionRecovery(dependencies: Dependencies): RecoverSessions {
  const { db, commands, publisher, markAccounts, publishOthers, maxAgeMs, lives, now } = dependencies

  /** Applies events page by page, and resolves to their number and the id of the last one. */
  async function replay<Event extends { eventId: string }>(
    since: Date,
    list: (db: AuthDatabase, page: { since: Date; afterId: string; limit: number }) => Promise<Event[]>,
    apply: (events: Event[]) => Promise<unknown>,
  ): Promise<{ count: number; lastId: string }> {
    let count = 0
    let lastId = '0'
    for (;;) {
      const events = await list(db, { since, afterId: lastId, limit: PAGE })
      await apply(events)
      count += events.length
      lastId = events.at(-1)?.eventId ?? lastId
      if (events.length < PAGE) return { count, lastId }
    }
  }

  return async (lastApplied) => {
    await lockRecoveryExclusive(db)
    const oldest = new Date(now() - maxAgeMs)
    const since = (lastApplied === undefined ? undefined : await findCutoff(db, lastApplied, MARGIN_SECONDS)) ?? oldest
    const { longestLifeSeconds } = await lives.issued()
    const publishSince = new Date(now() - longestLifeSeconds * 1000)

    const ends = await replay(since, listEnds, async (page) => {
      await publisher.publish(
        page.filter(({ at }) => at >= publishSince).map(({ sid }) => ({ kind: 'session', id: sid })),
      )
      await Promise.all(page.map((end) => commands.end(end)))
    })
    const openings = await replay(since, listOpenings, (page) =>
      Promise.all(page.map((opened) => commands.restore(opened))),
    )

    const users = await listUsersChangedSince(db, since)
    const bumped = users.filter(({ tokenVersion, changedAt }) => tokenVersion > 0 && changedAt >= publishSince)
    await publisher.publish(bumped.map(({ id, tokenVersion }) => ({ kind: 'user', id, ver: tokenVersion })))
    await Promise.all(users.map(({ id }) => commands.invalidateSnapshot(id)))
    // Last: what was put back for an account that was erased since then goes again.
    const erased = await listErasedSince(db, since)
    await publisher.publish(erased.filter(({ erasedAt }) => erasedAt >= publishSince).map(({ id }) => allTokensOf(id)))
    await Promise.all(erased.map(({ id }) => commands.forget(id)))
    for (const publish of publishOthers) await publish(publishSince)
    // A Redis of which nothing is known may have no marks at all.
    await markAccounts(lastApplied === undefined ? undefined : since)

    await deleteEventsBefore(db, oldest)
    const lastId = BigInt(ends.lastId) > BigInt(openings.lastId) ? ends.lastId : openings.lastId
    return { ends: ends.count, openings: openings.count, lastEventId: lastId === '0' ? undefined : lastId }
  }
}
