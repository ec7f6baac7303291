import { type Selectable, sql } from 'kysely'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import type { EndReason, SessionEnd, SessionKey } from './session.ts'
import type { NewSession, OpenedSession } from './session-commands.ts'
import type { SessionEventTable } from './session-event-table.ts'

/** Any number would do. */
const RECOVERY_LOCK = 7_025_002

/**
 * For a transaction that changes Redis before it commits: a recovery waits for it, as it would otherwise miss what this
 * transaction records.
 */
export async function lockRecoveryShared(trx: AuthTransaction): Promise<void> {
  await sql`select pg_advisory_xact_lock_shared(${RECOVERY_LOCK}, hashtext(current_schema()))`.execute(trx)
}

/** Waits for the transactions that hold the shared lock. Those that begin later find the gate of Redis shut. */
export async function lockRecoveryExclusive(db: AuthDatabase): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(${RECOVERY_LOCK}, hashtext(current_schema()))`.execute(trx)
  })
}

const toOpening = ({ userId, deviceId, sid, delivery, deviceName }: Omit<OpenedSession, 'createdAt'>) => ({
  kind: 'opened' as const,
  user_id: userId,
  device_id: deviceId,
  sid,
  delivery,
  device_name: deviceName,
})

/** `at` by the clock of Postgres. */
export type RecordedOpening = { readonly eventId: string; readonly at: Date }

export async function insertOpening(trx: AuthTransaction, session: NewSession): Promise<RecordedOpening> {
  const row = await trx
    .insertInto('session_events')
    .values(toOpening(session))
    .returning(['id', 'at'])
    .executeTakeFirstOrThrow()
  return { eventId: row.id, at: row.at }
}

/** What the events, which reach back for `SESSION_MAX_AGE`, know of a user from before a sign-in. */
export type SignInHistory = {
  /** Whether the user has signed in on this device. */
  readonly knowsDevice: boolean
  /** Whether the user has signed in on any. */
  readonly hasSignedIn: boolean
}

/** The same for a sign-in, in one statement: with what was known before. */
export async function insertSignIn(
  trx: AuthTransaction,
  session: NewSession,
): Promise<RecordedOpening & { history: SignInHistory }> {
  const { userId, deviceId } = session
  // The statement does not see the row that it inserts.
  const row = await trx
    .insertInto('session_events')
    .values(toOpening(session))
    .returning([
      'id',
      'at',
      sql<boolean>`exists (select from session_events before where before.user_id = ${userId} and before.kind = 'opened'
        and before.device_id = ${deviceId})`.as('knows_device'),
      sql<boolean>`exists (select from session_events before where before.user_id = ${userId} and before.kind = 'opened')`.as(
        'has_signed_in',
      ),
    ])
    .executeTakeFirstOrThrow()
  return { eventId: row.id, at: row.at, history: { knowsDevice: row.knows_device, hasSignedIn: row.has_signed_in } }
}

/** What is recorded of the sessions of these users. */
export async function listEventsOf(
  db: AuthDatabase,
  userIds: readonly string[],
): Promise<(SessionKey & { readonly kind: 'opened' | 'ended' })[]> {
  const rows = await db
    .selectFrom('session_events')
    .select(['kind', 'user_id', 'device_id', 'sid'])
    .where('user_id', 'in', [...userIds])
    .execute()
  return rows.map((row) => ({ ...toSessionKey(row), kind: row.kind }))
}

/** Records an opening that is missing. */
export async function insertMissingOpening(trx: AuthTransaction, session: OpenedSession): Promise<void> {
  await trx
    .insertInto('session_events')
    .values({ ...toOpening(session), at: session.createdAt })
    .execute()
}

/** Returns the id of the last event. */
export async function insertEnds(trx: AuthTransaction, ends: readonly SessionEnd[]): Promise<string> {
  const rows = await trx
    .insertInto('session_events')
    .values(
      ends.map(({ userId, deviceId, sid, reason, isRenewed = false }) => ({
        kind: 'ended' as const,
        user_id: userId,
        device_id: deviceId,
        sid,
        reason,
        is_renewed: isRenewed,
      })),
    )
    .returning('id')
    .execute()
  return rows.at(-1)?.id ?? '0'
}

/** Why the session ended, if that was recorded. */
export async function findEndReason(db: AuthDatabase, sid: string): Promise<EndReason | undefined> {
  const row = await db
    .selectFrom('session_events')
    .select('reason')
    .where('sid', '=', sid)
    .where('kind', '=', 'ended')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  return row?.reason ?? undefined
}

/** The name of the device that the session was opened on. */
export async function findDeviceName(db: AuthDatabase, sid: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('session_events')
    .select('device_name')
    .where('sid', '=', sid)
    .where('kind', '=', 'opened')
    .executeTakeFirst()
  return row?.device_name ?? undefined
}

/** The time of the last event up to this one, less a margin. Undefined when there is none. */
export async function findCutoff(db: AuthDatabase, eventId: string, marginSeconds: number): Promise<Date | undefined> {
  const row = await db
    .selectFrom('session_events')
    .select(sql<Date>`at - make_interval(secs => ${marginSeconds})`.as('cutoff'))
    .where('id', '<=', eventId)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.cutoff
}

type Page = { readonly since: Date; readonly afterId: string; readonly limit: number }
/** `eventId` increases from event to event. */
type Recorded<Event> = Event & { readonly eventId: string; readonly at: Date }

/** A page of the ends since, oldest first. Which session of a user was renewed by a change of password is not recorded: all count. */
export async function listEnds(db: AuthDatabase, { since, afterId, limit }: Page): Promise<Recorded<SessionEnd>[]> {
  const rows = await db
    .selectFrom('session_events')
    .selectAll()
    .where('kind', '=', 'ended')
    .where('at', '>=', since)
    .where('id', '>', afterId)
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(toRecordedEnd)
}

/** A page of the openings since whose sessions were not ended, oldest first. */
export async function listOpenings(
  db: AuthDatabase,
  { since, afterId, limit }: Page,
): Promise<Recorded<OpenedSession>[]> {
  const rows = await db
    .selectFrom('session_events as opened')
    .selectAll()
    .where('kind', '=', 'opened')
    .where('at', '>=', since)
    .where('id', '>', afterId)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('session_events as ended')
            .select('ended.id')
            .whereRef('ended.sid', '=', 'opened.sid')
            .where('ended.kind', '=', 'ended'),
        ),
      ),
    )
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    ...toSessionKey(row),
    eventId: row.id,
    at: row.at,
    createdAt: row.at,
    delivery: row.delivery ?? 'hybrid',
    deviceName: row.device_name ?? '',
  }))
}

/** Of a user who was erased: nothing restores a session of theirs. The ends stay, which name nobody. */
export async function deleteOpenings(trx: AuthTransaction, userId: string): Promise<void> {
  await trx.deleteFrom('session_events').where('user_id', '=', userId).where('kind', '=', 'opened').execute()
}

/** Deletes what no Redis, however old, could still be wrong about. */
export async function deleteEventsBefore(db: AuthDatabase, before: Date): Promise<void> {
  await db.deleteFrom('session_events').where('at', '<', before).execute()
}

function toRecordedEnd(row: Selectable<SessionEventTable>): Recorded<SessionEnd> {
  const reason = row.reason ?? 'unknown'
  return { ...toSessionKey(row), eventId: row.id, at: row.at, reason, isRenewed: row.is_renewed }
}

const toSessionKey = (row: { user_id: string; device_id: string; sid: string }): SessionKey => ({
  userId: row.user_id,
  deviceId: row.device_id,
  sid: row.sid,
})
