import { type AppInstance, Params, problemResponses, SECURED } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { ClientAdministration } from '../../../clients/client-administration.ts'
import { callerOf } from '../../caller.ts'
import { ClientId } from '../../schemas/client.ts'

export function deleteClientRoute(app: AppInstance, clients: ClientAdministration): void {
  app.delete(
    '/:clientId',
    {
      config: { operation: 'delete_client' },
      schema: {
        tags: ['admin'],
        summary: 'Delete a service client',
        description:
          'Its tokens are revoked at once. Its id is never used again. A client that holds a scope which the caller lacks is out of reach, and so is one that the settings name.',
        security: SECURED,
        params: Params({ clientId: ClientId }),
        response: { 204: Type.Null(), ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      await clients.remove(request.params.clientId, callerOf(request))
      return reply.code(204).send(null)
    },
  )
}
