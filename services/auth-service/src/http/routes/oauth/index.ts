import type { AppInstance } from '@latchkey/service-kit'
import { acceptForms } from '../../form-body.ts'
import { createOAuthErrorHandler } from '../../oauth-error.ts'
import { introspectRoute } from './introspect.ts'
import { jwksRoute } from './jwks.ts'
import { issuerPath, metadataRoute } from './metadata.ts'
import type { OAuthServices } from './oauth-services.ts'
import { revokeRoute } from './revoke.ts'
import { tokenRoute } from './token.ts'

/** The standard endpoints, for whatever OAuth library calls them: forms in, JSON out, errors as RFC 6749 says. */
export async function oauthRoutes(app: AppInstance, services: OAuthServices): Promise<void> {
  metadataRoute(app, services)
  await app.register(endpoints, services)
  // The metadata names them under the issuer's path: a proxy may take that away on the way here, or leave it.
  const prefix = issuerPath(services.issuer)
  if (prefix !== '') await app.register(endpoints, { ...services, prefix })
}

async function endpoints(app: AppInstance, services: OAuthServices): Promise<void> {
  // A shared secret has no public half.
  if (services.accessRing().algorithm !== 'HS256') jwksRoute(app, services)
  app.setErrorHandler(createOAuthErrorHandler(services.isUnavailable))
  acceptForms(app)
  tokenRoute(app, services)
  revokeRoute(app, services)
  introspectRoute(app, services)
}
