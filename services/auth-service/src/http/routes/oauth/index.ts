import type { KeyRing } from '@latchkey/access-token'
import type { AppInstance } from '@latchkey/service-kit'
import type { ClientService } from '../../../clients/client-service.ts'
import type { Permissions } from '../../../permissions/permissions.ts'
import type { AccessTokenIssuer } from '../../../sessions/access-token-issuer.ts'
import type { SessionService } from '../../../sessions/session-service.ts'
import { createCountRefusal, REFUSAL_LIMITS } from '../../flood-limits.ts'
import { acceptForms } from '../../form-body.ts'
import type { FindLiveBearer } from '../../live-bearer.ts'
import { createOAuthErrorHandler } from '../../oauth-error.ts'
import { introspectRoute } from './introspect.ts'
import { jwksRoute } from './jwks.ts'
import { metadataRoute } from './metadata.ts'
import { revokeRoute } from './revoke.ts'
import { tokenRoute } from './token.ts'

type Services = {
  readonly issuer: string
  /** Of access tokens. */
  readonly accessRing: () => KeyRing
  readonly clients: ClientService
  readonly accessTokens: AccessTokenIssuer
  readonly sessions: SessionService
  readonly findLiveBearer: FindLiveBearer
  readonly permissions: Permissions
  readonly isUnavailable: (error: unknown) => boolean
}

/** The standard endpoints, for any OAuth library: forms in, JSON out, errors as RFC 6749 says. */
export async function oauthRoutes(app: AppInstance, services: Services): Promise<void> {
  const { accessRing, isUnavailable } = services
  metadataRoute(app, services)
  // A shared secret has no public half.
  if (accessRing().algorithm !== 'HS256') jwksRoute(app, accessRing)
  await app.register(formEndpoints, { prefix: '/oauth' })

  async function formEndpoints(open: AppInstance): Promise<void> {
    open.setErrorHandler(
      createOAuthErrorHandler({ isUnavailable, countRefusal: createCountRefusal(open, REFUSAL_LIMITS.tokens) }),
    )
    acceptForms(open)
    // The forms of the description: the endpoints read them themselves, so that errors are those of RFC 6749.
    open.setValidatorCompiler(() => () => true)
    tokenRoute(open, services)
    revokeRoute(open, services)
    introspectRoute(open, services)
  }
}
