import { v7 as uuidv7 } from 'uuid'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { AuditEvent, AuditEventType, NewAuditEvent, Origin } from './audit-event.ts'
import { toAuditEvent } from './audit-table.ts'

export async function insertAuditEvents(
  db: AuthDatabase,
  origin: Origin,
  events: readonly NewAuditEvent[],
): Promise<void> {
  if (events.length === 0) return
  await db
    .insertInto('audit_events')
    .values(
      events.map((event) => ({
        id: uuidv7(),
        type: event.type,
        outcome: event.outcome ?? 'success',
        actor_id: event.actorId === undefined ? origin.actorId : event.actorId,
        subject_id: event.subjectId ?? null,
        device_id: event.deviceId ?? null,
        ip: origin.ip,
        request_id: origin.requestId,
        details: JSON.stringify({ ...event.details, ...event.personal }),
      })),
    )
    .execute()
}

export type AuditFilter = {
  /** Finds the actor and the subject. */
  readonly userId?: string | undefined
  readonly deviceId?: string | undefined
  readonly type?: AuditEventType | undefined
  readonly since?: Date | undefined
  readonly until?: Date | undefined
}

/** A page, newest first, of the events before `beforeId`. */
export async function listAuditEvents(
  db: AuthDatabase,
  filter: AuditFilter,
  limit: number,
  beforeId: string | undefined,
): Promise<AuditEvent[]> {
  const { userId, deviceId, type, since, until } = filter
  let query = db.selectFrom('audit_events').selectAll().orderBy('id', 'desc').limit(limit)
  if (userId !== undefined)
    query = query.where((eb) => eb.or([eb('actor_id', '=', userId), eb('subject_id', '=', userId)]))
  if (deviceId !== undefined) query = query.where('device_id', '=', deviceId)
  if (type !== undefined) query = query.where('type', '=', type)
  if (since !== undefined) query = query.where('at', '>=', since)
  if (until !== undefined) query = query.where('at', '<', until)
  if (beforeId !== undefined) query = query.where('id', '<', beforeId)
  return (await query.execute()).map(toAuditEvent)
}
