import type { AuthDatabase } from '../database/auth-database.ts'
import type { AuditEvent } from './audit-event.ts'
import { type AuditFilter, listAuditEvents } from './audit-repository.ts'

export type AuditLog = {
  /** Newest first; one more than `limit` where there are more. */
  list(filter: AuditFilter, limit: number, beforeId: string | undefined): Promise<AuditEvent[]>
}

export function createAuditLog(db: AuthDatabase): AuditLog {
  return { list: (filter, limit, beforeId) => listAuditEvents(db, filter, limit + 1, beforeId) }
}
