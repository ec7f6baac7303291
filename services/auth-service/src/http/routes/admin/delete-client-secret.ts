import { type AppInstance, Params, problemResponses, SECURED, Uuid } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { ClientAdministration } from '../../../clients/client-administration.ts'
import { callerOf } from '../../caller.ts'
import { ClientId } from '../../schemas/client.ts'

export function deleteClientSecretRoute(app: AppInstance, clients: ClientAdministration): void {
  app.delete(
    '/:clientId/secrets/:secretId',
    {
      config: { operation: 'delete_client_secret' },
      schema: {
        tags: ['admin'],
        summary: 'Delete a secret of a service client',
        description:
          'It opens nothing from then on, and never comes back. Access tokens that the client has stay valid until they expire. ' +
          'Without its last secret the client cannot sign in until it gets another. A client that holds a scope which the caller lacks is out of reach.',
        security: SECURED,
        params: Params({ clientId: ClientId, secretId: Uuid() }),
        response: { 204: Type.Null(), ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const { clientId, secretId } = request.params
      await clients.removeSecret(clientId, secretId, callerOf(request))
      return reply.code(204).send(null)
    },
  )
}
