import { sql } from 'kysely'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import type { SessionEnd } from './session-store.ts'

/** `id` orders ends as they were recorded; `endedAt` in epoch milliseconds. */
export type RecordedEnd = SessionEnd & { readonly id: string; readonly endedAt: number }

/** Returns the id of the last one. */
export async function insertSessionEnds(db: AuthTransaction, ends: readonly SessionEnd[]): Promise<string> {
  const rows = await db
    .insertInto('session_ends')
    .values(ends.map(({ userId, deviceId, sid, reason }) => ({ user_id: userId, device_id: deviceId, sid, reason })))
    .returning('id')
    .execute()
  return rows.at(-1)?.id ?? '0'
}

/**
 * When the end with this id was recorded, less a margin for ends that were recorded before it and carried out after it.
 * Undefined when there is no such end.
 */
export async function findCutoff(db: AuthDatabase, endId: string, marginSeconds: number): Promise<Date | undefined> {
  const row = await db
    .selectFrom('session_ends')
    .select(sql<Date>`ended_at - make_interval(secs => ${marginSeconds})`.as('cutoff'))
    .where('id', '=', endId)
    .executeTakeFirst()
  return row?.cutoff
}

/** A page of the ends recorded since, oldest first. */
export async function listEndsSince(
  db: AuthDatabase,
  since: Date,
  afterId: string,
  limit: number,
): Promise<RecordedEnd[]> {
  const rows = await db
    .selectFrom('session_ends')
    .selectAll()
    .where('ended_at', '>=', since)
    .where('id', '>', afterId)
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    userId: row.user_id,
    deviceId: row.device_id,
    sid: row.sid,
    reason: row.reason,
    endedAt: row.ended_at.getTime(),
  }))
}

/** Forgets ends of sessions that no Redis, however old, could bring back. */
export async function deleteEndsBefore(db: AuthDatabase, before: Date): Promise<void> {
  await db.deleteFrom('session_ends').where('ended_at', '<', before).execute()
}
