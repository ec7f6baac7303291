import type { AppInstance } from '@latchkey/service-kit'
import type { ClientService } from '../../../clients/client-service.ts'
import { OWN_CLIENT_ID } from '../../../clients/service-client.ts'
import type { SessionService } from '../../../sessions/session-service.ts'
import { authenticateClient } from '../../authenticate-client.ts'
import { clientContext } from '../../client-context.ts'
import { formOf, required } from '../../form-body.ts'
import type { FindLiveBearer } from '../../live-bearer.ts'
import { OAuthError } from '../../oauth-error.ts'
import { revokeBearer } from '../../revoke-bearer.ts'
import { NoBody, OneTokenFields, oauthErrors } from '../../schemas/oauth.ts'

type Services = {
  readonly clients: ClientService
  readonly findLiveBearer: FindLiveBearer
  readonly sessions: SessionService
}

/**
 * RFC 7009. The holder of a token may revoke it: a refresh token or a user's access token ends its session, a client's access
 * token is revoked alone. The token itself shows its kind, so `token_type_hint` is ignored.
 */
export function revokeRoute(app: AppInstance, services: Services): void {
  const { clients, findLiveBearer, sessions } = services
  app.post(
    '/revoke',
    {
      config: { operation: 'revoke_token' },
      schema: {
        tags: ['oauth'],
        summary: 'Revoke a token (RFC 7009)',
        description: 'Answers 200 for unknown, expired and revoked tokens as well.',
        consumes: ['application/x-www-form-urlencoded'],
        body: OneTokenFields,
        response: { 200: NoBody, ...oauthErrors },
      },
    },
    async (request, reply) => {
      const form = formOf(request)
      const client = await authenticateClient(request, form, clients)
      const token = required(form, 'token')
      const origin = { ...clientContext(request), actorId: client?.clientId ?? null }
      const found = await findLiveBearer(token)
      const bearer = 'reason' in found ? undefined : found
      const issuedTo = bearer?.claims.client_id ?? (sessions.isAuthentic(token) ? OWN_CLIENT_ID : undefined)
      if (client && issuedTo !== undefined && issuedTo !== client.clientId) {
        throw new OAuthError('unauthorized_client', 'The token was issued to another client.')
      }
      if (bearer) await revokeBearer(bearer, origin, services)
      else await sessions.signOut(token, origin)
      return reply.code(200).send()
    },
  )
}
