import { type AppInstance, Params, problemResponses, SECURED } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { SessionService } from '../../../sessions/session-service.ts'
import { sessionOf } from '../../bearer-check.ts'
import { clientContext } from '../../client-context.ts'
import { DeviceId } from '../../schemas/credentials.ts'
import { clearTokenCookies } from '../../token-delivery.ts'

export function revokeSessionRoute(app: AppInstance, sessions: SessionService): void {
  app.delete(
    '/:deviceId',
    {
      config: { operation: 'revoke_session' },
      schema: {
        tags: ['auth'],
        summary: 'Sign out on one of my devices',
        security: SECURED,
        params: Params({ deviceId: DeviceId }),
        response: { 204: Type.Null(), ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { key } = sessionOf(request)
      const { deviceId } = request.params
      await sessions.revoke(key.userId, deviceId, 'revoked_by_user', clientContext(request))
      if (deviceId === key.deviceId) clearTokenCookies(reply)
      return reply.code(204).send(null)
    },
  )
}
