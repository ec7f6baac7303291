import type { KeyRing } from '@latchkey/access-token'
import type { AppInstance } from '@latchkey/service-kit'
import type { ClientService } from '../../../clients/client-service.ts'
import type { Permissions } from '../../../permissions/permissions.ts'
import type { AccessTokenIssuer } from '../../../sessions/access-token-issuer.ts'
import type { SessionService } from '../../../sessions/session-service.ts'
import { acceptForms } from '../../form-body.ts'
import type { FindLiveBearer } from '../../live-bearer.ts'
import { createOAuthErrorHandler } from '../../oauth-error.ts'
import { introspectRoute } from './introspect.ts'
import { jwksRoute } from './jwks.ts'
import { issuerPath, metadataRoute } from './metadata.ts'
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
  const { issuer, accessRing, isUnavailable } = services
  metadataRoute(app, services)
  await app.register(issuerEndpoints)
  // The metadata names them under the issuer's path: a proxy may take that away on the way here, or leave it.
  const prefix = issuerPath(issuer)
  if (prefix !== '') await app.register(issuerEndpoints, { prefix })

  async function issuerEndpoints(open: AppInstance): Promise<void> {
    // A shared secret has no public half.
    if (accessRing().algorithm !== 'HS256') jwksRoute(open, accessRing)
    await open.register(formEndpoints, { prefix: '/oauth' })
  }

  async function formEndpoints(open: AppInstance): Promise<void> {
    open.setErrorHandler(createOAuthErrorHandler(isUnavailable))
    acceptForms(open)
    tokenRoute(open, services)
    revokeRoute(open, services)
    introspectRoute(open, services)
  }
}
