import { type AppInstance, problemResponses, SECURED } from '@latchkey/service-kit'
import { Type } from 'typebox'
import { clientContext } from '../../client-context.ts'
import { sessionOf } from '../../live-bearer.ts'
import { clearTokenCookies } from '../../token-delivery.ts'
import type { AuthServices } from './auth-services.ts'

export function logoutAllRoute(app: AppInstance, { sessions }: AuthServices): void {
  app.post(
    '/auth/logout-all',
    {
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
