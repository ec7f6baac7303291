import { type AppInstance, Params, problemResponses, SECURED, Uuid } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { SessionService } from '../../../sessions/session-service.ts'
import { clientContext } from '../../client-context.ts'

export function revokeUserSessionsRoute(app: AppInstance, sessions: SessionService): void {
  app.delete(
    '',
    {
      config: { operation: 'revoke_user_sessions' },
      schema: {
        tags: ['admin'],
        summary: 'Revoke every session of a user',
        security: SECURED,
        params: Params({ userId: Uuid() }),
        response: { 204: Type.Null(), ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      await sessions.revokeAll(request.params.userId, 'revoked_by_admin', clientContext(request))
      return reply.code(204).send(null)
    },
  )
}
