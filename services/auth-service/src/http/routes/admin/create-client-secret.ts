import { type AppInstance, Params, problemResponses, SECURED } from '@latchkey/service-kit'
import type { ClientAdministration } from '../../../clients/client-administration.ts'
import { callerOf } from '../../caller.ts'
import { ClientId, ClientSecretReply } from '../../schemas/client.ts'

export function createClientSecretRoute(app: AppInstance, clients: ClientAdministration): void {
  app.post(
    '/:clientId/secrets',
    {
      config: { operation: 'create_client_secret' },
      schema: {
        tags: ['admin'],
        summary: 'Create a new secret of a service client',
        description:
          'The previous secret stays valid; older ones become invalid. A client that holds a scope which the caller lacks is out of reach, and so is one that the settings name.',
        security: SECURED,
        params: Params({ clientId: ClientId }),
        response: { 201: ClientSecretReply, ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const { clientId } = request.params
      const { id, clientSecret } = await clients.addSecret(clientId, callerOf(request))
      return reply.code(201).send({ clientId, secretId: id, clientSecret })
    },
  )
}
