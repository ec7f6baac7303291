import type { Kysely, Transaction } from 'kysely'
import type { AuditEventTable } from '../audit/audit-table.ts'
import type { SessionEndTable } from '../sessions/session-end-table.ts'
import type { UserTable } from '../users/user-table.ts'

export type AuthSchema = { users: UserTable; session_ends: SessionEndTable; audit_events: AuditEventTable }
export type AuthDatabase = Kysely<AuthSchema>
export type AuthTransaction = Transaction<AuthSchema>
