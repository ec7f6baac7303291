import type { RevocationTarget } from '@latchkey/resource-server/revocations'
import type { AuditOrigin } from '../audit/audit-event.ts'
import { sessionEnded } from '../audit/security-events.ts'
import type { AuthTransaction } from '../database/auth-database.ts'
import type { Audit, WriteAs } from '../database/write-as.ts'
import { revokeDevices } from '../devices/revoked-device-repository.ts'
import { markOf } from '../reconciliation/account-mark.ts'
import type { AccountMarks } from '../reconciliation/redis-account-marks.ts'
import type { RevocationPublisher } from '../revocations/redis-revocation-publisher.ts'
import type { Account } from '../users/user.ts'
import type { EndReason, SessionEnd } from './session.ts'
import type { EventCheckpoint } from './session-commands.ts'
import { insertEnds } from './session-event-repository.ts'
import type { SessionStore } from './session-store.ts'

/** Ends that are in Postgres once their transaction has committed, and have to be applied then. */
export type RecordedEnds = { readonly ends: readonly SessionEnd[]; readonly lastEventId: string | undefined }

/**
 * Reasons after which the device is one like any other. A session that its user signed out of, that was replaced or that ran out leaves
 * a device that is still the user's; a new password voids what devices have by itself.
 */
const DEVICE_REVOKING: ReadonlySet<EndReason> = new Set([
  'revoked_by_user',
  'revoked_by_admin',
  'signed_out_everywhere',
  'token_reused',
])

type AlsoWrite = (trx: AuthTransaction, audit: Audit) => Promise<void>

/**
 * Ends sessions so that they stay ended, always in this order: recorded and committed in Postgres, published to every
 * verifier, applied to Redis. If a step fails, the call fails: nothing was answered, and it may be repeated. Nothing is
 * published that could still be rolled back, as verifiers do not forget.
 */
export type SessionRevoker = {
  /** Records, publishes and applies the ends. What `also` writes becomes part of the same transaction. */
  revoke(ends: readonly SessionEnd[], origin: AuditOrigin, also?: AlsoWrite): Promise<void>
  /**
   * Ends every session of the user in a transaction of its own, while that of the caller holds the user's row. So wherever this
   * process dies, no session of before outlives what the caller is about to change.
   */
  revokeAllNow(userId: string, reason: EndReason, origin: AuditOrigin): Promise<void>
  /** Records ends as part of a transaction. */
  record(trx: AuthTransaction, audit: Audit, ends: readonly SessionEnd[]): Promise<RecordedEnds>
  /** Records the ends of the user's sessions. The transaction holds the user's row, so that none is opened before it commits. */
  recordAll(trx: AuthTransaction, audit: Audit, userId: string, reason: EndReason): Promise<RecordedEnds>
  /**
   * Publishes and applies what was recorded and committed.
   * @param bumped the account, if its token version has risen: every token of a lower one is refused
   */
  apply(recorded: RecordedEnds, bumped?: Account): Promise<void>
}

type Dependencies = {
  /** On connections of its own: ends are recorded while a sign-in that waits for them holds one of the others. */
  readonly writeAs: WriteAs
  readonly store: Pick<SessionStore, 'list' | 'end'>
  readonly publisher: RevocationPublisher
  readonly marks: Pick<AccountMarks, 'write'>
  readonly checkpoint: EventCheckpoint
}

export function createSessionRevoker(dependencies: Dependencies): SessionRevoker {
  const { writeAs, store, publisher, marks, checkpoint } = dependencies

  async function record(trx: AuthTransaction, audit: Audit, ends: readonly SessionEnd[]): Promise<RecordedEnds> {
    if (ends.length === 0) return { ends, lastEventId: undefined }
    const lastEventId = await insertEnds(trx, ends)
    await audit(...ends.map(sessionEnded))
    const revoking = ends.filter(({ reason }) => DEVICE_REVOKING.has(reason))
    for (const [userId, revoked] of Map.groupBy(revoking, (end) => end.userId)) {
      await revokeDevices(
        trx,
        userId,
        revoked.map(({ deviceId }) => deviceId),
      )
    }
    return { ends, lastEventId }
  }

  async function apply({ ends, lastEventId }: RecordedEnds, bumped?: Account): Promise<void> {
    // The sessions too where the version was bumped: a refresh since the commit got the new one.
    const targets: RevocationTarget[] = ends.map(({ sid }) => ({ kind: 'session', id: sid }))
    if (bumped) targets.push({ kind: 'user', id: bumped.user.id, ver: bumped.tokenVersion })
    await checkpoint.apply(lastEventId, async () => {
      await publisher.publish(targets)
      if (bumped) await marks.write([markOf(bumped)])
      await Promise.all(ends.map((end) => store.end(end)))
    })
  }

  async function revoke(ends: readonly SessionEnd[], origin: AuditOrigin, also?: AlsoWrite): Promise<void> {
    const recorded = await writeAs(origin, async (trx, audit) => {
      await also?.(trx, audit)
      return record(trx, audit, ends)
    })
    await apply(recorded)
  }

  async function listEnds(userId: string, reason: EndReason): Promise<SessionEnd[]> {
    const sessions = await store.list(userId)
    return sessions.map(({ deviceId, sid }) => ({ userId, deviceId, sid, reason }))
  }

  return {
    record,

    apply,

    revoke,

    async revokeAllNow(userId, reason, origin) {
      const ends = await listEnds(userId, reason)
      if (ends.length > 0) await revoke(ends, origin)
    },

    recordAll: async (trx, audit, userId, reason) => record(trx, audit, await listEnds(userId, reason)),
  }
}
