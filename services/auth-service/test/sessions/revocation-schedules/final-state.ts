import { findAccountForShare } from '../../../src/users/user-repository.ts'
import type { FinalState } from './history.ts'
import type { Replica } from './replicas.ts'
import type { ScheduleRun } from './run.ts'

/** Reads what a schedule has left behind, and tries every session that there ever was once more. */
export async function finalStateOf(run: ScheduleRun, replica: Replica): Promise<FinalState> {
  const userId = run.user.id
  const listed = (await replica.sessions.list(userId)).map(({ sid }) => sid)
  const last = new Map(
    await Promise.all(
      run.history.sessions.map(async (session) => {
        const refresh = await run.operate({ kind: 'refresh', session: 0, token: 0 }, replica, [], session)
        const check = await run.operate({ kind: 'check', session: 0 }, replica, [], session)
        return [session, { refresh, check }] as const
      }),
    ),
  )
  const account = await findAccountForShare(replica.db, userId)
  if (!account) throw new Error('the account is gone')
  const events = await replica.db.selectFrom('session_events').selectAll().where('user_id', '=', userId).execute()
  const audited = await replica.db.selectFrom('audit_events').selectAll().where('subject_id', '=', userId).execute()
  return {
    user: account.user,
    tokenVersion: account.tokenVersion,
    passwordVersion: account.passwordVersion,
    listed,
    last,
    recordedOpenings: events.filter(({ kind }) => kind === 'opened').map(({ sid }) => sid),
    recordedEnds: events
      .filter(({ kind }) => kind === 'ended')
      .map(({ sid, device_id: deviceId, reason }) => ({ sid, deviceId, reason: reason ?? 'unknown' })),
    auditEvents: audited.map(({ type, request_id: requestId, device_id: deviceId, details }) => ({
      type,
      requestId,
      deviceId,
      details,
    })),
  }
}
