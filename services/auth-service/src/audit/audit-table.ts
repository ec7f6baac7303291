import type { ColumnType, Generated, Selectable } from 'kysely'
import type { AuditEvent, AuditEventType, AuditOrigin, NewAuditEvent } from './audit-event.ts'
import { timeOf } from './audit-id.ts'

export type AuditEventTable = {
  /** UUIDv7: sorts by time. */
  id: string
  at: Date
  type: AuditEventType
  outcome: 'success' | 'failure'
  actor_id: string | null
  subject_id: string | null
  device_id: string | null
  request_id: string | null
  details: ColumnType<Record<string, unknown>, string, never>
  count: Generated<number>
  /** Null unless refusals were folded. */
  last_at: Generated<Date | null>
  /** The same for refusals that are folded into one; null for everything else, and after an erasure. */
  fold_key: Generated<string | null>
}

/** What says who a person is, or where. Rows go when a person is erased. */
export type AuditPersonalTable = {
  event_id: string
  ip: string | null
  user_agent: string | null
  caller_request_id: string | null
  details: ColumnType<Record<string, unknown> | null, string | null, never>
}

type AuditRow = Omit<Selectable<AuditEventTable>, 'fold_key'> & {
  readonly ip: string | null
  readonly user_agent: string | null
  readonly caller_request_id: string | null
  readonly personal: Record<string, unknown> | null
}

export function toAuditEvent(row: AuditRow): AuditEvent {
  return {
    id: row.id,
    at: row.at,
    lastAt: row.last_at ?? row.at,
    count: row.count,
    type: row.type,
    outcome: row.outcome,
    actorId: row.actor_id,
    subjectId: row.subject_id,
    deviceId: row.device_id,
    ip: row.ip,
    userAgent: row.user_agent,
    requestId: row.request_id,
    callerRequestId: row.caller_request_id,
    details: { ...row.details, ...row.personal },
  }
}

/** A row of both tables, as JSON has it. */
export type NewAuditRow = Omit<Selectable<AuditEventTable>, 'count' | 'last_at' | 'fold_key'> &
  Omit<Selectable<AuditPersonalTable>, 'event_id' | 'details'> & { readonly personal: object | null }

export function toNewRow(id: string, origin: AuditOrigin, event: NewAuditEvent): NewAuditRow {
  const isRequest = origin.ip !== null
  return {
    id,
    at: timeOf(id),
    type: event.type,
    outcome: event.outcome ?? 'success',
    actor_id: event.actorId === undefined ? origin.actorId : event.actorId,
    subject_id: event.subjectId ?? null,
    device_id: event.deviceId ?? null,
    request_id: origin.requestId,
    details: { ...event.details, ...(!isRequest && { source: origin.source }) },
    ip: origin.ip || null,
    user_agent: (isRequest && origin.userAgent) || null,
    caller_request_id: (isRequest && origin.callerRequestId) || null,
    personal: event.personal ?? null,
  }
}
