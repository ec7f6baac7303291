import type { AccessTokenClaims } from '@latchkey/access-token'
import type { AppInstance } from '@latchkey/service-kit'
import type { ClientAuthentication } from '../../../clients/client-authentication.ts'
import { type ClientService, isClientToken } from '../../../clients/client-service.ts'
import { OWN_CLIENT_ID } from '../../../clients/service-client.ts'
import type { SessionService } from '../../../sessions/session-service.ts'
import { authenticateClient } from '../../authenticate-client.ts'
import { clientContext } from '../../client-context.ts'
import { formOf, required } from '../../form-body.ts'
import { judgeToken } from '../../judge-token.ts'
import { OAuthError } from '../../oauth-error.ts'

type Services = {
  readonly clients: ClientService
  readonly clientAuthentication: ClientAuthentication
  readonly sessions: SessionService
  /** @throws TokenError */
  readonly verifyAccessToken: (token: string) => AccessTokenClaims
}

/**
 * RFC 7009. Whoever holds a token may revoke it: a refresh token or a user's access token ends its session; a client's
 * access token dies alone. `token_type_hint` is not needed to tell them apart.
 */
export function revokeRoute(app: AppInstance, services: Services): void {
  const { clients, sessions, verifyAccessToken } = services
  app.post(
    '/revoke',
    {
      config: { operation: 'revoke_token' },
      schema: {
        tags: ['oauth'],
        summary: 'Revoke a token (RFC 7009)',
        description: 'Form parameters: `token`, `token_type_hint`. 200 also for a token that is unknown or dead.',
        consumes: ['application/x-www-form-urlencoded'],
      },
    },
    async (request, reply) => {
      const form = formOf(request)
      const client = await authenticateClient(request, form, services)
      const token = required(form, 'token')
      const origin = { ...clientContext(request), actorId: client?.clientId ?? null }
      const judged = judgeToken(verifyAccessToken, token)
      const claims = 'claims' in judged ? judged.claims : undefined
      const owner = claims ? claims.client_id : sessions.isAuthentic(token) ? OWN_CLIENT_ID : undefined
      if (client && owner !== undefined && owner !== client.clientId) {
        throw new OAuthError('unauthorized_client', 'The token was issued to another client.')
      }
      if (claims && isClientToken(claims)) await clients.revokeToken(claims)
      else if (claims) await sessions.endByAccessToken(claims, origin)
      else await sessions.signOut(token, origin)
      return reply.code(200).send()
    },
  )
}
