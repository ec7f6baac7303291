import type { UserAdministration } from '../../../accounts/user-administration.ts'
import type { AuditLog } from '../../../audit/audit-log.ts'
import type { ClientService } from '../../../clients/client-service.ts'
import type { KeyService } from '../../../keys/key-service.ts'
import type { SessionService } from '../../../sessions/session-service.ts'

/** What the routes under /admin call. */
export type AdminServices = {
  readonly sessions: SessionService
  readonly administration: UserAdministration
  readonly auditLog: AuditLog
  readonly clients: ClientService
  readonly keys: KeyService
}
