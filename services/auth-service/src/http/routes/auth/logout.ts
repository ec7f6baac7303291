import { type AppInstance, allowNoBody, problemResponses, SECURED } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { ClientService } from '../../../clients/client-service.ts'
import type { SessionService } from '../../../sessions/session-service.ts'
import { clientContext } from '../../client-context.ts'
import type { FindLiveBearer } from '../../live-bearer.ts'
import { presentedTokens } from '../../presented-tokens.ts'
import { revokeBearer } from '../../revoke-bearer.ts'
import { RefreshTokenBody } from '../../schemas/credentials.ts'
import { clearTokenCookies } from '../../token-delivery.ts'

type Services = {
  readonly clients: ClientService
  readonly sessions: SessionService
  readonly findLiveBearer: FindLiveBearer
  readonly allowedOrigins: readonly string[]
}

export function logoutRoute(app: AppInstance, services: Services): void {
  const { sessions, findLiveBearer, allowedOrigins } = services
  app.post(
    '/logout',
    {
      config: { operation: 'logout' },
      preValidation: allowNoBody,
      schema: {
        tags: ['auth'],
        summary: 'Sign out on this device',
        description:
          'Ends the session of every token in the request: a refresh token in the body or its cookie, an access token in the header or ' +
          'its cookie. After the answer none of them is live. The call may be repeated, and a token that is not live changes nothing.',
        security: [...SECURED, {}],
        body: RefreshTokenBody,
        response: { 204: Type.Null(), ...problemResponses(400, 403, 503) },
      },
    },
    async (request, reply) => {
      const { accessTokens, refreshTokens } = presentedTokens(request, allowedOrigins)
      const origin = clientContext(request)
      // One after another: several tokens of one session end it once.
      for (const token of accessTokens) {
        const bearer = await findLiveBearer(token)
        if ('claims' in bearer) await revokeBearer(bearer, origin, services)
      }
      for (const token of refreshTokens) await sessions.signOut(token, origin)
      clearTokenCookies(reply)
      return reply.code(204).send(null)
    },
  )
}
