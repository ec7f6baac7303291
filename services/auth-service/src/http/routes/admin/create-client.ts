import { type AppInstance, Body, problemResponses, SECURED } from '@latchkey/service-kit'
import type { ClientAdministration } from '../../../clients/client-administration.ts'
import { callerOf } from '../../caller.ts'
import { ClientId, ClientSecretReply, ScopeNames } from '../../schemas/client.ts'

export function createClientRoute(app: AppInstance, clients: ClientAdministration): void {
  app.post(
    '',
    {
      config: { operation: 'create_client' },
      schema: {
        tags: ['admin'],
        summary: 'Create a service client',
        description:
          'The answer shows its secret, and no later answer does. A scope beyond the caller’s own is 403 `exceeds_own_scopes`.',
        security: SECURED,
        body: Body({ clientId: ClientId, scopes: ScopeNames }),
        response: { 201: ClientSecretReply, ...problemResponses(400, 401, 403, 409, 503) },
      },
    },
    async (request, reply) => {
      const { clientId } = request.body
      const { id, clientSecret } = await clients.create(request.body, callerOf(request))
      return reply.code(201).send({ clientId, secretId: id, clientSecret })
    },
  )
}
