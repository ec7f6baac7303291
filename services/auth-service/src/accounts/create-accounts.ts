import type { AuditTrail } from '../audit/create-audit.ts'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { WriteAs } from '../database/write-as.ts'
import type { RenewSession } from '../sessions/renew-session.ts'
import type { SessionRevoker } from '../sessions/session-revoker.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import type { Users } from '../users/create-users.ts'
import { type AccountService, createAccountService } from './account-service.ts'
import { type Authentication, createAuthentication } from './authentication.ts'
import { type ChangePassword, createChangePassword } from './password-change.ts'
import { createUserAdministration, type UserAdministration } from './user-administration.ts'

type Dependencies = Users & {
  readonly db: AuthDatabase
  readonly writeAs: WriteAs
  readonly audit: AuditTrail
  readonly store: SessionStore
  readonly revoker: SessionRevoker
  readonly renew: RenewSession
}

/** Use cases over users and their sessions. */
export type Accounts = {
  readonly accounts: AccountService
  readonly authentication: Authentication
  readonly changePassword: ChangePassword
  readonly administration: UserAdministration
}

export function createAccounts(dependencies: Dependencies): Accounts {
  return {
    accounts: createAccountService(dependencies),
    authentication: createAuthentication(dependencies),
    changePassword: createChangePassword(dependencies),
    administration: createUserAdministration(dependencies),
  }
}
