import { KID_PATTERN } from '@latchkey/access-token'
import { type AppInstance, Params, problemResponses, SECURED } from '@latchkey/service-kit'
import { Type } from 'typebox'
import { clientContext } from '../../client-context.ts'
import type { AdminServices } from './admin-services.ts'

const Kid = Type.String({
  pattern: KID_PATTERN.source,
  'x-message': "must be 1 to 64 letters, digits, '.', '_', '-'",
})

export function keyRoutes(app: AppInstance, { keys }: AdminServices): void {
  app.delete(
    '/admin/keys/:kid',
    {
      schema: {
        tags: ['admin'],
        security: SECURED,
        summary: 'Revoke a key of access tokens',
        description:
          'For a key that leaked: every verifier refuses what is signed under it within a second, and for good. Not for the key that signs.',
        params: Params({ kid: Kid }),
        response: { 204: Type.Null(), ...problemResponses(400, 401, 403, 409, 503) },
      },
    },
    async (request, reply) => {
      await keys.revoke(request.params.kid, clientContext(request))
      return reply.code(204).send(null)
    },
  )
}
