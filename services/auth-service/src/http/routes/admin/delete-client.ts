import { type AppInstance, Params, problemResponses, SECURED } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { ClientService } from '../../../clients/client-service.ts'
import { clientContext } from '../../client-context.ts'
import { ClientId } from '../../schemas/client.ts'

export function deleteClientRoute(app: AppInstance, clients: ClientService): void {
  app.delete(
    '/:clientId',
    {
      config: { operation: 'delete_client' },
      schema: {
        tags: ['admin'],
        summary: 'Delete a service client',
        description: 'Its tokens are revoked at once. Its id is never used again.',
        security: SECURED,
        params: Params({ clientId: ClientId }),
        response: { 204: Type.Null(), ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      await clients.remove(request.params.clientId, clientContext(request))
      return reply.code(204).send(null)
    },
  )
}
