import type { AuthDatabase } from '../database/auth-database.ts'
import type { RevocationPublisher } from '../revocations/redis-revocation-publisher.ts'
import { listUsersChangedSince } from '../users/user-repository.ts'
import type { EventMarker } from './redis-event-marker.ts'
import { deleteEventsBefore, findCutoff, listEnds, listOpenings, waitForSignIns } from './session-event-repository.ts'
import type { SessionStore } from './session-store.ts'

/**
 * What was written down this long before the marked event is carried out again too: calls overtake each other, and nodes
 * of a cluster lose different writes.
 */
const MARGIN_SECONDS = 60
const PAGE = 500

type Dependencies = {
  readonly db: AuthDatabase
  /** Unguarded: it is asked while all others wait. */
  readonly store: SessionStore
  readonly publisher: RevocationPublisher
  readonly marker: EventMarker
  /** Publishes again what else verifiers must know: whatever was revoked since (epoch ms) and does not go by session or user. */
  readonly publishOthers: (since: number) => Promise<void>
  /** The longest that a session, and so a Redis with one in it, can matter. */
  readonly maxAgeMs: number
  readonly accessTokenLifeSeconds: number
  /** Epoch milliseconds. */
  readonly now: () => number
}

export type Recovered = { readonly ends: number; readonly openings: number }

/**
 * Brings a Redis that may have gone back in time (restarted from an older file, a replica promoted without the last
 * writes, emptied) to where Postgres knows it must be: ended sessions end again, lost ones are put back, stale snapshots
 * of users go, and what verifiers must still know is published again. Repeating it changes nothing. `assertSame` throws when the
 * connection is another one by now.
 */
export function createSessionRecovery(dependencies: Dependencies): (assertSame: () => void) => Promise<Recovered> {
  const { db, store, publisher, marker, publishOthers, maxAgeMs, accessTokenLifeSeconds, now } = dependencies

  /** Reads page by page, carries out each page, and resolves to the number of events and the id of the last one. */
  async function replay<Event extends { eventId: string }>(
    since: Date,
    list: (db: AuthDatabase, page: { since: Date; afterId: string; limit: number }) => Promise<Event[]>,
    carryOut: (events: Event[]) => Promise<unknown>,
  ): Promise<{ count: number; lastId: string }> {
    let count = 0
    let lastId = '0'
    for (;;) {
      const events = await list(db, { since, afterId: lastId, limit: PAGE })
      await carryOut(events)
      count += events.length
      lastId = events.at(-1)?.eventId ?? lastId
      if (events.length < PAGE) return { count, lastId }
    }
  }

  return async (assertSame) => {
    await waitForSignIns(db)
    const oldest = new Date(now() - maxAgeMs)
    const marked = await marker.read()
    const since = (marked === undefined ? undefined : await findCutoff(db, marked, MARGIN_SECONDS)) ?? oldest
    const publishSince = now() - accessTokenLifeSeconds * 1000

    const ends = await replay(since, listEnds, async (page) => {
      await publisher.publish(
        page.filter(({ at }) => at >= publishSince).map(({ sid }) => ({ kind: 'session', id: sid })),
      )
      await Promise.all(page.map((end) => store.end(end, end.reason)))
    })
    const openings = await replay(since, listOpenings, (page) =>
      Promise.all(page.map((opened) => store.restore(opened))),
    )

    const users = await listUsersChangedSince(db, since)
    const raised = users.filter(({ tokenVersion, changedAt }) => tokenVersion > 0 && changedAt >= publishSince)
    await publisher.publish(raised.map(({ id, tokenVersion }) => ({ kind: 'user', id, ver: tokenVersion })))
    await Promise.all(users.map(({ id }) => store.forgetSnapshot(id)))
    await publishOthers(publishSince)

    const lastId = BigInt(ends.lastId) > BigInt(openings.lastId) ? ends.lastId : openings.lastId
    // A connection lost meanwhile may have led to a Redis that has none of this.
    assertSame()
    if (lastId !== '0') await marker.advance(lastId)
    await deleteEventsBefore(db, oldest)
    return { ends: ends.count, openings: openings.count }
  }
}
