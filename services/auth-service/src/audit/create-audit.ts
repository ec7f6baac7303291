import type { AuthDatabase } from '../database/auth-database.ts'
import type { AuditEvent, NewAuditEvent, Origin } from './audit-event.ts'
import { type AuditFilter, insertAuditEvents, listAuditEvents } from './audit-repository.ts'

export type AuditTrail = {
  /** Records events of which nothing else is written; changes are audited in their own transaction, see `writeAs`. */
  record(origin: Origin, ...events: readonly NewAuditEvent[]): Promise<void>
  /** Newest first, of those before `beforeId`; one more than `limit` where there are more. */
  list(filter: AuditFilter, limit: number, beforeId: string | undefined): Promise<AuditEvent[]>
}

export function createAudit(db: AuthDatabase): AuditTrail {
  return {
    record: (origin, ...events) => insertAuditEvents(db, origin, events),
    list: (filter, limit, beforeId) => listAuditEvents(db, filter, limit + 1, beforeId),
  }
}
