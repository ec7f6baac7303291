import { type AppInstance, Params, problemResponses, SECURED, Uuid } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { SessionService } from '../../../sessions/session-service.ts'
import { clientContext } from '../../client-context.ts'
import { DeviceId } from '../../schemas/credentials.ts'

export function revokeUserSessionRoute(app: AppInstance, sessions: SessionService): void {
  app.delete(
    '/:deviceId',
    {
      config: { operation: 'revoke_user_session' },
      schema: {
        tags: ['admin'],
        summary: "Revoke a user's session on one device",
        description: 'The answer comes after the revocation is published to every verifier.',
        security: SECURED,
        params: Params({ userId: Uuid(), deviceId: DeviceId }),
        response: { 204: Type.Null(), ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { userId, deviceId } = request.params
      await sessions.revoke(userId, deviceId, 'revoked_by_admin', clientContext(request))
      return reply.code(204).send(null)
    },
  )
}
