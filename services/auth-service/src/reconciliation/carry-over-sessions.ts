import type { AuditOrigin } from '../audit/audit-event.ts'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { WriteAs } from '../database/write-as.ts'
import type { DeviceSession, EndReason, SessionEnd } from '../sessions/session.ts'
import type { SessionCommands } from '../sessions/session-commands.ts'
import { insertMissingOpening, listEventsOf } from '../sessions/session-event-repository.ts'
import type { SessionRevoker } from '../sessions/session-revoker.ts'
import { listAccountsById, listUserIds } from '../users/bulk-repository.ts'
import { lockAccount } from '../users/user-repository.ts'

export type CarriedOverSessions = {
  /** Ended since, and recorded as that now. */
  readonly ended: number
  /** Opened since, and recorded as that now. */
  readonly opened: number
  /** Of accounts that may have none. */
  readonly revoked: number
}

type Dependencies = {
  readonly db: AuthDatabase
  readonly writeAs: WriteAs
  readonly commands: Pick<SessionCommands, 'list' | 'invalidateSnapshot'>
  readonly revoker: Pick<SessionRevoker, 'record' | 'revoke'>
  /** Why a session ended, as Redis knows it. */
  readonly findEndReason: (userId: string, sid: string) => Promise<EndReason | undefined>
  readonly origin: AuditOrigin
}

const PAGE = 200

/**
 * Records what Redis knows of sessions and Postgres does not. Redis has the last word on which of them live, but for accounts that are not
 * active. It may be repeated.
 */
export async function carryOverSessions(dependencies: Dependencies): Promise<CarriedOverSessions> {
  const { db, writeAs, commands, revoker, findEndReason, origin } = dependencies
  const counts = { ended: 0, opened: 0, revoked: 0 }

  async function carryOver(
    userId: string,
    {
      isActive,
      live,
      events,
    }: { isActive: boolean; live: DeviceSession[]; events: Awaited<ReturnType<typeof listEventsOf>> },
  ): Promise<void> {
    const sidsOf = (kind: 'opened' | 'ended') =>
      new Set(events.filter((event) => event.kind === kind).map(({ sid }) => sid))
    const [opened, ended] = [sidsOf('opened'), sidsOf('ended')]
    const liveSids = new Set(live.map(({ sid }) => sid))
    const lost = events.filter(({ kind, sid }) => kind === 'opened' && !ended.has(sid) && !liveSids.has(sid))
    const missing = live.filter(({ sid }) => !opened.has(sid) && !ended.has(sid))
    const ends: SessionEnd[] = []
    for (const { deviceId, sid } of lost) {
      ends.push({ userId, deviceId, sid, reason: (await findEndReason(userId, sid)) ?? 'unknown' })
    }
    if (ends.length > 0 || missing.length > 0) {
      await writeAs(origin, async (trx, audit) => {
        await lockAccount(trx, userId)
        for (const session of missing) await insertMissingOpening(trx, { ...session, userId })
        await revoker.record(trx, audit, ends)
      })
      counts.ended += ends.length
      counts.opened += missing.length
    }
    const revoked = live
      .filter(({ sid }) => !isActive || ended.has(sid))
      .map(
        ({ deviceId, sid }): SessionEnd => ({
          userId,
          deviceId,
          sid,
          reason: isActive ? 'unknown' : 'account_disabled',
        }),
      )
    if (revoked.length > 0) await revoker.revoke(revoked, origin)
    counts.revoked += revoked.length
    // It tells of a later account than Postgres has.
    await commands.invalidateSnapshot(userId)
  }

  for (let afterId: string | undefined; ; ) {
    const ids = await listUserIds(db, PAGE, afterId)
    if (ids.length === 0) return counts
    const accounts = await listAccountsById(db, ids)
    const events = Map.groupBy(await listEventsOf(db, ids), ({ userId }) => userId)
    const sessions = await Promise.all(ids.map((id) => commands.list(id)))
    const liveOf = new Map(ids.map((id, n) => [id, sessions[n] ?? []]))
    for (const { user } of accounts) {
      const live = liveOf.get(user.id) ?? []
      const found = events.get(user.id) ?? []
      if (live.length === 0 && found.length === 0) continue
      await carryOver(user.id, { isActive: user.status === 'active', live, events: found })
    }
    afterId = ids.at(-1)
  }
}
