import { type AppInstance, allowNoBody, problemResponses } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { SessionService } from '../../../sessions/session-service.ts'
import { clientContext } from '../../client-context.ts'
import { presentedRefreshToken } from '../../presented-refresh-token.ts'
import { RefreshTokenBody } from '../../schemas/credentials.ts'
import { clearTokenCookies } from '../../token-delivery.ts'

type Services = { readonly sessions: SessionService; readonly allowedOrigins: readonly string[] }

export function logoutRoute(app: AppInstance, { sessions, allowedOrigins }: Services): void {
  app.post(
    '/logout',
    {
      config: { operation: 'logout' },
      preValidation: allowNoBody,
      schema: {
        tags: ['auth'],
        summary: 'Sign out on this device',
        description: 'Takes the refresh token from its cookie or the body, and may be repeated.',
        body: RefreshTokenBody,
        response: { 204: Type.Null(), ...problemResponses(400, 403, 503) },
      },
    },
    async (request, reply) => {
      const presented = presentedRefreshToken(request, allowedOrigins)
      if (presented) await sessions.signOut(presented.token, clientContext(request))
      clearTokenCookies(reply)
      return reply.code(204).send(null)
    },
  )
}
