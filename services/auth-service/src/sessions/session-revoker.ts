import type { RevocationTarget } from '@latchkey/resource-server/revocations'
import type { Origin } from '../audit/audit-event.ts'
import { recordSessionEnds } from '../audit/audit-trail.ts'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import type { RevocationPublisher } from '../revocations/redis-revocation-publisher.ts'
import type { EventCheckpoint } from './redis-event-checkpoint.ts'
import type { EndReason, SessionKey } from './session.ts'
import type { SessionEnd } from './session-commands.ts'
import { insertEnds } from './session-event-repository.ts'
import type { SessionStore } from './session-store.ts'

/** Ends that stand in Postgres once their transaction has committed, and have to be applied then. */
export type RecordedEnds = { readonly ends: readonly SessionEnd[]; readonly lastEventId: string | undefined }

/** A user's new token version: every token of a lower one is refused. */
export type BumpedVersion = { readonly userId: string; readonly minVersion: number }

/**
 * Ends sessions so that they stay ended, always in this order: recorded and committed in Postgres, published to every
 * verifier, applied to Redis. If a step fails, the call fails: it has not been answered, and it may be repeated. Nothing is
 * published that could still be rolled back, as verifiers do not forget.
 */
export type SessionRevoker = {
  /** Records, publishes and applies; `also` is recorded in the same transaction. */
  revoke(ends: readonly SessionEnd[], origin: Origin, also?: (trx: AuthTransaction) => Promise<void>): Promise<void>
  /**
   * Records the ends of the user's sessions, in the transaction that holds the user's row so that none is opened before it
   * commits. `keepSid` stays.
   */
  recordAll(
    trx: AuthTransaction,
    userId: string,
    reason: EndReason,
    origin: Origin,
    keepSid?: string,
  ): Promise<RecordedEnds>
  /** Publishes and applies what was recorded and committed. */
  apply(recorded: RecordedEnds, bumpedVersion?: BumpedVersion): Promise<void>
}

type Dependencies = {
  /** With connections of its own: ends are recorded while a sign-in that waits for them holds one of the others. */
  readonly db: AuthDatabase
  readonly store: SessionStore
  readonly publisher: RevocationPublisher
  readonly checkpoint: EventCheckpoint
}

export function createSessionRevoker({ db, store, publisher, checkpoint }: Dependencies): SessionRevoker {
  async function record(trx: AuthTransaction, origin: Origin, ends: readonly SessionEnd[]): Promise<RecordedEnds> {
    if (ends.length === 0) return { ends, lastEventId: undefined }
    const lastEventId = await insertEnds(trx, ends)
    await recordSessionEnds(trx, origin, ends)
    return { ends, lastEventId }
  }

  async function apply({ ends, lastEventId }: RecordedEnds, bumpedVersion?: BumpedVersion): Promise<void> {
    // The sessions too where the version was bumped: a refresh since the commit got the new one.
    const targets: RevocationTarget[] = ends.map(({ sid }) => ({ kind: 'session', id: sid }))
    if (bumpedVersion) targets.push({ kind: 'user', id: bumpedVersion.userId, ver: bumpedVersion.minVersion })
    await publisher.publish(targets)
    await Promise.all(ends.map((end) => store.end(end, end.reason)))
    if (lastEventId !== undefined) await checkpoint.advance(lastEventId)
  }

  return {
    apply,

    async revoke(ends, origin, also) {
      const recorded = await db.transaction().execute(async (trx) => {
        await also?.(trx)
        return record(trx, origin, ends)
      })
      await apply(recorded)
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

/** The end of one session, as {@link SessionRevoker.revoke} takes it. */
export const endOf = (session: SessionKey, reason: EndReason): SessionEnd[] => [{ ...session, reason }]
