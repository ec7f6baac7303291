import type { AuditTrail } from '../audit/create-audit.ts'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { WriteAs } from '../database/write-as.ts'
import type { RevocationPublisher } from '../revocations/redis-revocation-publisher.ts'
import type { RenewSession } from '../sessions/renew-session.ts'
import type { SessionRevoker } from '../sessions/session-revoker.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import type { Users } from '../users/create-users.ts'
import { type AccountService, createAccountService } from './account-service.ts'
import { type Authentication, createAuthentication } from './authentication.ts'
import { createErasure, type Erasure } from './erasure.ts'
import { type ChangePassword, createChangePassword } from './password-change.ts'
import { createUserAdministration, type UserAdministration } from './user-administration.ts'
import { createEraseUser, type EraseUser } from './user-erasure.ts'

type Dependencies = Users & {
  readonly db: AuthDatabase
  readonly writeAs: WriteAs
  readonly audit: AuditTrail
  readonly store: SessionStore
  readonly revoker: SessionRevoker
  readonly publisher: RevocationPublisher
  readonly renew: RenewSession
}

/** Use cases over users and their sessions. */
export type Accounts = {
  readonly accounts: AccountService
  readonly authentication: Authentication
  readonly changePassword: ChangePassword
  readonly administration: UserAdministration
  readonly erasure: Erasure
  readonly eraseUser: EraseUser
}

export function createAccounts(dependencies: Dependencies): Accounts {
  const erasure = createErasure(dependencies)
  return {
    accounts: createAccountService(dependencies),
    authentication: createAuthentication(dependencies),
    changePassword: createChangePassword(dependencies),
    administration: createUserAdministration(dependencies),
    erasure,
    eraseUser: createEraseUser({ ...dependencies, erasure }),
  }
}
