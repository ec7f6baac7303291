import type { AuditOrigin, NewAuditEvent } from '../audit/audit-event.ts'
import { insertAuditEvents } from '../audit/audit-repository.ts'
import type { AuthDatabase, AuthTransaction } from './auth-database.ts'

/** Records events in the audit trail, as part of the transaction and in the name of its actor. */
export type Audit = (...events: readonly NewAuditEvent[]) => Promise<void>

/**
 * Runs `work` in one transaction in the name of the actor at `origin`, with which audit events are recorded. Every change by a
 * request goes this way. An error of `work` undoes all of it, audit events included.
 */
export type WriteAs = <Result>(
  origin: AuditOrigin,
  work: (trx: AuthTransaction, audit: Audit) => Promise<Result>,
) => Promise<Result>

export function createWriteAs(db: AuthDatabase): WriteAs {
  return (origin, work) =>
    db.transaction().execute((trx) => work(trx, (...events) => insertAuditEvents(trx, origin, events)))
}
