import type { AccessTokenClaims } from '@latchkey/access-token'
import type { AccountService } from '../../../accounts/account-service.ts'
import type { Authentication } from '../../../accounts/authentication.ts'
import type { SessionService } from '../../../sessions/session-service.ts'
import type { SessionStore } from '../../../sessions/session-store.ts'

/** What the routes under /auth call. */
export type AuthServices = {
  readonly sessions: SessionService
  readonly accounts: AccountService
  readonly authentication: Authentication
  readonly store: SessionStore
  readonly passwordMinLength: number
  readonly allowedOrigins: readonly string[]
  /** Epoch milliseconds. */
  readonly now: () => number
  /** @throws TokenError */
  readonly verifyAccessToken: (token: string) => AccessTokenClaims
}
