import type { AccessTokenClaims, KeyRing } from '@latchkey/access-token'
import type { ClientAuthentication } from '../../../clients/client-authentication.ts'
import type { ClientService } from '../../../clients/client-service.ts'
import type { AccessTokenIssuer } from '../../../sessions/access-token-issuer.ts'
import type { SessionService } from '../../../sessions/session-service.ts'
import type { SessionStore } from '../../../sessions/session-store.ts'

/** What the routes under /oauth call. */
export type OAuthServices = {
  readonly issuer: string
  /** Of access tokens. */
  readonly accessRing: () => KeyRing
  readonly clients: ClientService
  readonly clientAuthentication: ClientAuthentication
  readonly accessTokens: AccessTokenIssuer
  readonly sessions: SessionService
  readonly store: SessionStore
  readonly isUnavailable: (error: unknown) => boolean
  /** @throws TokenError */
  readonly verifyAccessToken: (token: string) => AccessTokenClaims
}
