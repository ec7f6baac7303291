import type { ColumnType, Generated, Selectable } from 'kysely'
import type { AuditEvent, AuditEventType } from './audit-event.ts'

export type AuditEventTable = {
  /** UUIDv7: sorts by time. */
  id: string
  at: Generated<Date>
  type: AuditEventType
  outcome: 'success' | 'failure'
  actor_id: string | null
  subject_id: string | null
  device_id: string | null
  ip: string
  request_id: string
  details: ColumnType<Record<string, unknown>, string, never>
}

export function toAuditEvent(row: Selectable<AuditEventTable>): AuditEvent {
  return {
    id: row.id,
    at: row.at,
    type: row.type,
    outcome: row.outcome,
    actorId: row.actor_id,
    subjectId: row.subject_id,
    deviceId: row.device_id,
    ip: row.ip,
    requestId: row.request_id,
    details: row.details,
  }
}
