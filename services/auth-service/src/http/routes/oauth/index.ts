import type { AppInstance } from '@latchkey/service-kit'
import { acceptForms } from '../../form-body.ts'
import { createOAuthErrorHandler } from '../../oauth-error.ts'
import { introspectRoute } from './introspect.ts'
import { jwksRoute } from './jwks.ts'
import { metadataRoute } from './metadata.ts'
import type { OAuthServices } from './oauth-services.ts'
import { revokeRoute } from './revoke.ts'
import { tokenRoute } from './token.ts'

/** The standard endpoints, for whatever OAuth library calls them: forms in, JSON out, errors as RFC 6749 says. */
export async function oauthRoutes(app: AppInstance, services: OAuthServices): Promise<void> {
  metadataRoute(app, services)
  // A shared secret has no public half.
  if (services.accessRing().algorithm !== 'HS256') jwksRoute(app, services)
  await app.register(async (oauth: AppInstance) => {
    oauth.setErrorHandler(createOAuthErrorHandler(services.isUnavailable))
    acceptForms(oauth)
    tokenRoute(oauth, services)
    revokeRoute(oauth, services)
    introspectRoute(oauth, services)
  })
}
