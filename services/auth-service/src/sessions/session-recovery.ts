import type { AuthDatabase } from '../database/auth-database.ts'
import { listUsersChangedSince } from '../users/user-repository.ts'
import type { EndMarker } from './redis-end-marker.ts'
import type { RevocationPublisher } from './redis-revocation-publisher.ts'
import { deleteEndsBefore, findCutoff, listEndsSince } from './session-end-repository.ts'
import type { SessionStore } from './session-store.ts'

/** Ends recorded this long before the marked one are carried out again too: calls overtake each other, and nodes of a cluster lose different writes. */
const MARGIN_SECONDS = 60
const PAGE = 500

type Dependencies = {
  readonly db: AuthDatabase
  /** Unguarded: it is asked while all others wait. */
  readonly store: SessionStore
  readonly publisher: RevocationPublisher
  readonly marker: EndMarker
  /** The longest that a session, and so a Redis with one in it, can matter. */
  readonly maxAgeMs: number
  readonly accessTokenLifeSeconds: number
  /** Epoch milliseconds. */
  readonly now: () => number
}

/**
 * Brings a Redis that may have gone back in time (restarted from an older file, a replica promoted without the last
 * writes) to where Postgres knows it must be: ended sessions end again, stale snapshots of users go, and what verifiers
 * must still know is published again. Repeating it changes nothing. Resolves to the number of ends carried out.
 */
export function createSessionRecovery(dependencies: Dependencies): () => Promise<number> {
  const { db, store, publisher, marker, maxAgeMs, accessTokenLifeSeconds, now } = dependencies
  return async () => {
    const oldest = new Date(now() - maxAgeMs)
    const marked = await marker.read()
    const since = (marked === undefined ? undefined : await findCutoff(db, marked, MARGIN_SECONDS)) ?? oldest
    const publishSince = now() - accessTokenLifeSeconds * 1000

    let applied = 0
    let lastId: string | undefined
    for (;;) {
      const ends = await listEndsSince(db, since, lastId ?? '0', PAGE)
      await publisher.publish(
        ends.filter(({ endedAt }) => endedAt >= publishSince).map(({ sid }) => ({ kind: 'session', id: sid })),
      )
      await Promise.all(ends.map((end) => store.end(end, end.reason)))
      applied += ends.length
      lastId = ends.at(-1)?.id ?? lastId
      if (ends.length < PAGE) break
    }

    const users = await listUsersChangedSince(db, since)
    const raised = users.filter(({ tokenVersion, changedAt }) => tokenVersion > 0 && changedAt >= publishSince)
    await publisher.publish(raised.map(({ id, tokenVersion }) => ({ kind: 'user', id, version: tokenVersion })))
    await Promise.all(users.map(({ id }) => store.forgetSnapshot(id)))
    await marker.advance(lastId)
    await deleteEndsBefore(db, oldest)
    return applied
  }
}
