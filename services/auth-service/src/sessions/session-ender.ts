import type { Origin } from '../audit/audit-event.ts'
import { recordSessionEnds } from '../audit/audit-trail.ts'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import type { EventMarker } from './redis-event-marker.ts'
import type { RevocationPublisher } from './redis-revocation-publisher.ts'
import type { EndReason, SessionKey } from './session.ts'
import { insertEnds } from './session-event-repository.ts'
import type { SessionEnd, SessionStore } from './session-store.ts'

/**
 * Ends sessions so that they stay ended. The order is the same everywhere: written down in Postgres, published to every
 * verifier, ended in Redis. Whatever fails on the way, the call fails, nothing was answered, and repeating it is safe.
 */
export type SessionEnder = {
  /** Writes down and publishes ends that the store is about to carry out. */
  announce(trx: AuthTransaction, origin: Origin, ends: readonly SessionEnd[]): Promise<void>
  /** Ends one session; `also` is recorded in the same transaction. */
  end(
    session: SessionKey,
    reason: EndReason,
    origin: Origin,
    also?: (trx: AuthTransaction) => Promise<void>,
  ): Promise<void>
  /**
   * Ends the user's sessions, in the transaction that holds the user's row. With `minVersion` every token of a lower
   * version dies with them, of whatever session.
   */
  endAll(
    trx: AuthTransaction,
    userId: string,
    reason: EndReason,
    origin: Origin,
    options: { minVersion?: number; keepSid?: string },
  ): Promise<void>
}

type Dependencies = {
  readonly db: AuthDatabase
  readonly store: SessionStore
  readonly publisher: RevocationPublisher
  readonly marker: EventMarker
}

export function createSessionEnder({ db, store, publisher, marker }: Dependencies): SessionEnder {
  async function record(
    trx: AuthTransaction,
    origin: Origin,
    ends: readonly SessionEnd[],
  ): Promise<string | undefined> {
    if (ends.length === 0) return undefined
    const lastId = await insertEnds(trx, ends)
    await recordSessionEnds(trx, origin, ends)
    return lastId
  }
  const sessionsOf = (ends: readonly SessionEnd[]) => ends.map(({ sid }) => ({ kind: 'session' as const, id: sid }))

  return {
    async announce(trx, origin, ends) {
      await record(trx, origin, ends)
      await publisher.publish(sessionsOf(ends))
    },

    async end(session, reason, origin, also) {
      const end = { ...session, reason }
      const endId = await db.transaction().execute(async (trx) => {
        await also?.(trx)
        return record(trx, origin, [end])
      })
      await publisher.publish(sessionsOf([end]))
      await Promise.all([store.end(session, reason), marker.advance(endId)])
    },

    async endAll(trx, userId, reason, origin, { minVersion, keepSid }) {
      const sessions = await store.list(userId)
      const ends = sessions
        .filter(({ sid }) => sid !== keepSid)
        .map(({ deviceId, sid }) => ({ userId, deviceId, sid, reason }))
      const endId = await record(trx, origin, ends)
      await publisher.publish(
        minVersion === undefined ? sessionsOf(ends) : [{ kind: 'user', id: userId, version: minVersion }],
      )
      await Promise.all([store.endAll(userId, reason, keepSid), marker.advance(endId)])
    },
  }
}
