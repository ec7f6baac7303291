import type { AuthDatabase } from '../database/auth-database.ts'
import type { SessionRevoker } from '../sessions/session-revoker.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import type { Users } from '../users/create-users.ts'
import { type AccountService, createAccountService } from './account-service.ts'
import { type Authentication, createAuthentication } from './authentication.ts'
import { createUserAdministration, type UserAdministration } from './user-administration.ts'

type Dependencies = Users & {
  readonly db: AuthDatabase
  readonly store: SessionStore
  readonly revoker: SessionRevoker
}

export type Accounts = {
  readonly accounts: AccountService
  readonly authentication: Authentication
  readonly administration: UserAdministration
}

/** Use cases over users and their sessions. */
export function createAccounts({ db, store, revoker, hasher, policy, limiter }: Dependencies): Accounts {
  return {
    accounts: createAccountService({ db, store, revoker, hasher, policy, limiter }),
    authentication: createAuthentication({ db, hasher, limiter }),
    administration: createUserAdministration({ db, store, revoker }),
  }
}
