import type { RevocationTarget } from '@latchkey/resource-server/revocations'
import type { Origin } from '../audit/audit-event.ts'
import { recordSessionEnds } from '../audit/audit-trail.ts'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import type { RevocationPublisher } from '../revocations/redis-revocation-publisher.ts'
import type { EventMarker } from './redis-event-marker.ts'
import type { EndReason, SessionKey } from './session.ts'
import { insertEnds } from './session-event-repository.ts'
import type { SessionEnd, SessionStore } from './session-store.ts'

/** Ends that stand in Postgres once their transaction has committed, and have to be carried out then. */
export type RecordedEnds = { readonly ends: readonly SessionEnd[]; readonly lastEventId: string | undefined }

/**
 * Ends sessions so that they stay ended. The order is the same everywhere: written down and committed in Postgres, published
 * to every verifier, ended in Redis. Whatever fails on the way, the call fails, nothing was answered, and repeating it is
 * safe. Nothing is published that could still be rolled back: verifiers do not forget.
 */
export type SessionEnder = {
  /** Ends sessions; `also` is recorded in the same transaction. */
  end(ends: readonly SessionEnd[], origin: Origin, also?: (trx: AuthTransaction) => Promise<void>): Promise<void>
  /** Writes the ends of the user's sessions down, in the transaction that holds the user's row so that none is opened meanwhile. */
  recordAll(
    trx: AuthTransaction,
    userId: string,
    reason: EndReason,
    origin: Origin,
    keepSid?: string,
  ): Promise<RecordedEnds>
  /** Publishes and ends what was recorded and committed. With `raised`, every token of a lower version dies with it. */
  carryOut(recorded: RecordedEnds, raised?: { userId: string; minVersion: number }): Promise<void>
}

type Dependencies = {
  /** With connections of its own: ends are written down while a sign-in that waits for them holds one of the others. */
  readonly db: AuthDatabase
  readonly store: SessionStore
  readonly publisher: RevocationPublisher
  readonly marker: EventMarker
}

export function createSessionEnder({ db, store, publisher, marker }: Dependencies): SessionEnder {
  async function record(trx: AuthTransaction, origin: Origin, ends: readonly SessionEnd[]): Promise<RecordedEnds> {
    if (ends.length === 0) return { ends, lastEventId: undefined }
    const lastEventId = await insertEnds(trx, ends)
    await recordSessionEnds(trx, origin, ends)
    return { ends, lastEventId }
  }

  async function carryOut(
    { ends, lastEventId }: RecordedEnds,
    raised?: { userId: string; minVersion: number },
  ): Promise<void> {
    // The sessions too where the version was raised: a refresh since the commit got the new one.
    const targets: RevocationTarget[] = ends.map(({ sid }) => ({ kind: 'session', id: sid }))
    if (raised) targets.push({ kind: 'user', id: raised.userId, ver: raised.minVersion })
    await publisher.publish(targets)
    await Promise.all(ends.map((end) => store.end(end, end.reason)))
    await marker.advance(lastEventId)
  }

  return {
    carryOut,

    async end(ends, origin, also) {
      const recorded = await db.transaction().execute(async (trx) => {
        await also?.(trx)
        return record(trx, origin, ends)
      })
      await carryOut(recorded)
    },

    async recordAll(trx, userId, reason, origin, keepSid) {
      const sessions = (await store.list(userId)).filter(({ sid }) => sid !== keepSid)
      return record(
        trx,
        origin,
        sessions.map(({ deviceId, sid }) => ({ userId, deviceId, sid, reason })),
      )
    },
  }
}

/** The end of one session, as {@link SessionEnder.end} takes it. */
export const endOf = (session: SessionKey, reason: EndReason): SessionEnd[] => [{ ...session, reason }]
