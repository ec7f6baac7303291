import { type AppInstance, allowNoBody, problemResponses } from '@latchkey/service-kit'
import type { KnownDevices } from '../../../devices/known-devices.ts'
import { problems } from '../../../errors.ts'
import type { SessionService } from '../../../sessions/session-service.ts'
import { clientContext } from '../../client-context.ts'
import { createCountRefusal, REFUSAL_LIMITS } from '../../flood-limits.ts'
import { presentedDevice } from '../../presented-device.ts'
import { presentedRefreshToken } from '../../presented-tokens.ts'
import { RefreshTokenBody } from '../../schemas/credentials.ts'
import { LoginReply } from '../../schemas/login-reply.ts'
import { clearTokenCookies, deliver } from '../../token-delivery.ts'

type Services = {
  readonly sessions: SessionService
  readonly devices: Pick<KnownDevices, 'read'>
  readonly allowedOrigins: readonly string[]
}

/** An error that revoked something, or that clears nothing, is answered in any case. */
const COUNTED = [problems.unauthenticated, problems.invalid_token, problems.session_ended]

export function refreshRoute(app: AppInstance, { sessions, devices, allowedOrigins }: Services): void {
  const countRefusal = createCountRefusal(app, REFUSAL_LIMITS.tokens)
  app.post(
    '/refresh',
    {
      config: { operation: 'refresh' },
      preValidation: allowNoBody,
      schema: {
        tags: ['auth'],
        summary: 'Exchange a refresh token for new tokens',
        description:
          'Safe to repeat: within the grace period the same refresh token gives the same successor. After many invalid tokens from one network the answer is 429 instead of 401; ' +
          'a valid token is never refused for that.',
        body: RefreshTokenBody,
        response: { 200: LoginReply, ...problemResponses(400, 401, 403, 429, 503) },
      },
    },
    async (request, reply) => {
      const presented = presentedRefreshToken(request, allowedOrigins)
      try {
        if (!presented) throw new problems.unauthenticated()
        const device = presented.fromCookie ? presentedDevice(request, devices) : undefined
        const grant = await sessions.refresh(presented.token, clientContext(request), { device })
        request.logFields = { userId: grant.user.id, deviceId: grant.device.id }
        return deliver(reply, grant)
      } catch (error) {
        const isCounted = COUNTED.some((refusal) => error instanceof refusal)
        const tooMany = isCounted ? await countRefusal(request) : undefined
        if (tooMany) throw tooMany
        if (error instanceof problems.token_reused) request.logFields = { event: 'refresh_token_reuse' }
        // Cookies are cleared only when the session is over, never for a late duplicate or a failure of the service.
        if (
          presented?.fromCookie &&
          (error instanceof problems.session_ended || error instanceof problems.token_reused)
        )
          clearTokenCookies(reply)
        throw error
      }
    },
  )
}
