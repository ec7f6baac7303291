import type { AppInstance } from '@latchkey/service-kit'
import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import type { ClientService } from '../../../clients/client-service.ts'
import { problems } from '../../../errors.ts'
import type { AccessTokenIssuer } from '../../../sessions/access-token-issuer.ts'
import type { SessionService } from '../../../sessions/session-service.ts'
import { authenticateClient, requireClient } from '../../authenticate-client.ts'
import { clientContext } from '../../client-context.ts'
import { type Form, formOf, required } from '../../form-body.ts'
import { OAuthError } from '../../oauth-error.ts'
import { oauthErrors, TokenFields } from '../../schemas/oauth.ts'

type Services = {
  readonly accessTokens: AccessTokenIssuer
  readonly clients: ClientService
  readonly sessions: SessionService
}

const TokenReply = Type.Object({
  access_token: Type.String(),
  token_type: Type.Literal('Bearer'),
  expires_in: Type.Integer({ description: 'Seconds' }),
  // RFC 6749 does not allow an empty scope.
  scope: Type.Optional(Type.String({ description: 'Left out when empty' })),
  refresh_token: Type.Optional(Type.String()),
})
type TokenReply = Static<typeof TokenReply>

/** RFC 6749 §3.2. */
export function tokenRoute(app: AppInstance, services: Services): void {
  const grants: Record<string, (request: FastifyRequest, form: Form) => Promise<TokenReply>> = {
    client_credentials: (request, form) => clientCredentialsGrant(request, form, services),
    refresh_token: (request, form) => refreshTokenGrant(request, form, services),
  }
  app.post(
    '/token',
    {
      config: { operation: 'issue_token' },
      schema: {
        tags: ['oauth'],
        summary: 'Tokens for service clients and for holders of a refresh token (RFC 6749)',
        description:
          '`client_credentials` for service clients; `refresh_token` for holders of a refresh token, which the answer replaces.',
        consumes: ['application/x-www-form-urlencoded'],
        body: TokenFields,
        response: { 200: TokenReply, ...oauthErrors },
      },
    },
    async (request, reply) => {
      const form = formOf(request)
      const grantType = required(form, 'grant_type')
      const grant = Object.hasOwn(grants, grantType) ? grants[grantType] : undefined
      if (!grant)
        throw new OAuthError('unsupported_grant_type', 'grant_type must be client_credentials or refresh_token.')
      reply.header('pragma', 'no-cache')
      return grant(request, form)
    },
  )
}

async function clientCredentialsGrant(request: FastifyRequest, form: Form, services: Services): Promise<TokenReply> {
  const client = await requireClient(request, form, services.clients)
  const scope = narrow(client.scopes, form.get('scope'))
  const { token, expiresIn } = services.accessTokens.issueToClient(client, scope)
  request.logFields = { clientId: client.clientId }
  return { access_token: token, token_type: 'Bearer', expires_in: expiresIn, ...shown(scope) }
}

async function refreshTokenGrant(request: FastifyRequest, form: Form, services: Services): Promise<TokenReply> {
  if (await authenticateClient(request, form, services.clients)) {
    throw new OAuthError('unauthorized_client', 'Refresh tokens are for users. A service client has none.')
  }
  const refreshToken = required(form, 'refresh_token')
  const asked = form.get('scope')
  try {
    const grant = await services.sessions.refresh(refreshToken, clientContext(request), {
      chooseScope: (scopes) => narrow(scopes, asked),
    })
    request.logFields = { userId: grant.user.id, deviceId: grant.device.id }
    return {
      access_token: grant.accessToken,
      token_type: 'Bearer',
      expires_in: grant.expiresIn,
      ...shown(grant.scope),
      refresh_token: grant.refreshToken,
    }
  } catch (cause) {
    const isVerdict = [
      problems.invalid_token,
      problems.session_ended,
      problems.token_reused,
      problems.token_superseded,
    ].some((verdict) => cause instanceof verdict)
    if (isVerdict) throw new OAuthError('invalid_grant', 'The refresh token is not valid.', { cause })
    throw cause
  }
}

const shown = (scope: string): { scope?: string } => (scope === '' ? {} : { scope })

/** The scope that was asked for, in full or not at all (RFC 6749 §3.3); all that is granted when none was asked for. */
function narrow(granted: readonly string[], asked: string | undefined): string {
  if (asked === undefined) return granted.join(' ')
  const wanted = asked.split(' ')
  if (!wanted.every((scope) => granted.includes(scope)))
    throw new OAuthError('invalid_scope', 'The scope exceeds what the client or the user has.')
  return granted.filter((scope) => wanted.includes(scope)).join(' ')
}
