import type { AppInstance } from '@latchkey/service-kit'
import { isClientToken } from '../../../clients/client-service.ts'
import { clientContext } from '../../client-context.ts'
import { clientCredentials } from '../../client-credentials.ts'
import { formOf, required } from '../../form-body.ts'
import { judgeToken } from '../../judge-token.ts'
import { OAuthError } from '../../oauth-error.ts'
import type { OAuthServices } from './oauth-services.ts'

/**
 * RFC 7009. Whoever holds a token may revoke it: a refresh token or a user's access token ends its session; a client's
 * access token dies alone. `token_type_hint` is not needed to tell them apart.
 */
export function revokeRoute(app: AppInstance, services: OAuthServices): void {
  const { clients, clientAuthentication, sessions, verifyAccessToken } = services
  app.post(
    '/oauth/revoke',
    {
      schema: {
        tags: ['oauth'],
        summary: 'Revoke a token (RFC 7009)',
        description: 'Form parameters: `token`, `token_type_hint`. 200 also for a token that is unknown or dead.',
        consumes: ['application/x-www-form-urlencoded'],
      },
    },
    async (request, reply) => {
      const form = formOf(request)
      const credentials = clientCredentials(request, form)
      if (credentials && !(await clientAuthentication.authenticate(credentials, request.ip))) {
        throw new OAuthError('invalid_client', 'Client authentication failed.')
      }
      const token = required(form, 'token')
      const origin = { ...clientContext(request), actorId: credentials?.clientId ?? null }
      const judged = judgeToken(verifyAccessToken, token)
      const claims = 'claims' in judged ? judged.claims : undefined
      const owner = claims ? claims.client_id : sessions.isAuthentic(token) ? OWN_CLIENT : undefined
      if (credentials && owner !== undefined && owner !== credentials.clientId) {
        throw new OAuthError('unauthorized_client', 'The token was issued to another client.')
      }
      if (claims && isClientToken(claims)) await clients.revokeToken(claims)
      else if (claims) await sessions.endByAccessToken(claims, origin)
      else await sessions.signOut(token, origin)
      return reply.code(200).send()
    },
  )
}

/** People's tokens are issued to the product's own client. */
const OWN_CLIENT = 'latchkey'
