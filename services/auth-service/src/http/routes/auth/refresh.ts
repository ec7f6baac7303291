import { type AppInstance, allowNoBody, problemResponses } from '@latchkey/service-kit'
import { problems } from '../../../errors.ts'
import type { SessionService } from '../../../sessions/session-service.ts'
import { clientContext } from '../../client-context.ts'
import { presentedRefreshToken } from '../../presented-tokens.ts'
import { RefreshTokenBody } from '../../schemas/credentials.ts'
import { LoginReply } from '../../schemas/login-reply.ts'
import { clearTokenCookies, deliver } from '../../token-delivery.ts'

type Services = { readonly sessions: SessionService; readonly allowedOrigins: readonly string[] }

export function refreshRoute(app: AppInstance, { sessions, allowedOrigins }: Services): void {
  app.post(
    '/refresh',
    {
      config: { operation: 'refresh' },
      preValidation: allowNoBody,
      schema: {
        tags: ['auth'],
        summary: 'Exchange a refresh token for new tokens',
        description: 'Safe to repeat: within the grace period the same refresh token gives the same successor.',
        body: RefreshTokenBody,
        response: { 200: LoginReply, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      const presented = presentedRefreshToken(request, allowedOrigins)
      if (!presented) throw new problems.unauthenticated()
      try {
        const grant = await sessions.refresh(presented.token, clientContext(request))
        request.logFields = { userId: grant.user.id, deviceId: grant.device.id }
        return deliver(reply, grant)
      } catch (error) {
        if (error instanceof problems.token_reused) request.logFields = { event: 'refresh_token_reuse' }
        // Cookies are cleared only when the session is over, never for a late duplicate or a failure of the service.
        if (presented.fromCookie && (error instanceof problems.session_ended || error instanceof problems.token_reused))
          clearTokenCookies(reply)
        throw error
      }
    },
  )
}
