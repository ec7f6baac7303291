import { type AppInstance, problemResponses, SECURED } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { SessionService } from '../../../sessions/session-service.ts'
import { sessionOf } from '../../bearer-check.ts'
import { clientContext } from '../../client-context.ts'
import { clearTokenCookies } from '../../token-delivery.ts'

export function logoutAllRoute(app: AppInstance, sessions: SessionService): void {
  app.post(
    '/logout-all',
    {
      config: { operation: 'logout_all' },
      schema: {
        tags: ['auth'],
        summary: 'Sign out on every device',
        security: SECURED,
        response: { 204: Type.Null(), ...problemResponses(401, 403, 503) },
      },
    },
    async (request, reply) => {
      await sessions.revokeAll(sessionOf(request).key.userId, 'signed_out_everywhere', clientContext(request))
      clearTokenCookies(reply)
      return reply.code(204).send(null)
    },
  )
}
