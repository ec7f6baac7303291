import { KID_PATTERN } from '@latchkey/access-token'
import { type AppInstance, Params, problemResponses, SECURED } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { KeyService } from '../../../keys/key-service.ts'
import { clientContext } from '../../client-context.ts'

const Kid = Type.String({
  pattern: KID_PATTERN.source,
  'x-message': "must be 1 to 64 letters, digits, '.', '_', '-'",
})

export function revokeKeyRoute(app: AppInstance, keys: KeyService): void {
  app.delete(
    '/:kid',
    {
      config: { operation: 'revoke_key' },
      schema: {
        tags: ['admin'],
        summary: 'Revoke a key of access tokens',
        description:
          'For a key that leaked: within a second every verifier refuses what is signed with it, permanently. The key that signs cannot be revoked.',
        security: SECURED,
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
