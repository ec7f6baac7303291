import { type AppInstance, problemResponses, SECURED } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { SessionService } from '../../../sessions/session-service.ts'
import { sessionOf } from '../../bearer-check.ts'
import { clientContext } from '../../client-context.ts'

export function revokeOtherSessionsRoute(app: AppInstance, sessions: SessionService): void {
  app.delete(
    '',
    {
      config: { operation: 'revoke_other_sessions' },
      schema: {
        tags: ['auth'],
        summary: 'Sign out on all my devices but this one',
        security: SECURED,
        response: { 204: Type.Null(), ...problemResponses(401, 403, 503) },
      },
    },
    async (request, reply) => {
      await sessions.revokeOthers(sessionOf(request).key, clientContext(request))
      return reply.code(204).send(null)
    },
  )
}
