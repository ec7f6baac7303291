import { type AppInstance, problemResponses } from '@latchkey/service-kit'
import { problems } from '../../../errors.ts'
import { clientContext } from '../../client-context.ts'
import { presentedRefreshToken } from '../../presented-refresh-token.ts'
import { allowNoBody, GrantBody, RefreshTokenBody } from '../../schemas/grant.ts'
import { clearTokenCookies, deliver } from '../../token-delivery.ts'
import type { AuthServices } from './auth-services.ts'

export function refreshRoute(app: AppInstance, { sessions, allowedOrigins }: AuthServices): void {
  app.post(
    '/auth/refresh',
    {
      preValidation: allowNoBody,
      schema: {
        tags: ['auth'],
        summary: 'Change a refresh token for new tokens',
        description: 'Safe to repeat: within the grace the same refresh token gives the same successor.',
        body: RefreshTokenBody,
        response: { 200: GrantBody, ...problemResponses(400, 401, 403, 503) },
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
        // Only a verdict on the session takes its cookies; a late duplicate or a failure of ours never does.
        if (presented.fromCookie && (error instanceof problems.session_ended || error instanceof problems.token_reused))
          clearTokenCookies(reply)
        throw error
      }
    },
  )
}
