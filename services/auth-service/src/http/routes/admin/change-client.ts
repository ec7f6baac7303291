import { type AppInstance, Body, Params, problemResponses, SECURED } from '@latchkey/service-kit'
import type { ClientAdministration } from '../../../clients/client-administration.ts'
import { callerOf } from '../../caller.ts'
import { asReadOfClient, ClientId, ClientReply, ScopeNames, toClientReply } from '../../schemas/client.ts'

export function changeClientRoute(app: AppInstance, clients: ClientAdministration): void {
  app.patch(
    '/:clientId',
    {
      config: { operation: 'change_client' },
      schema: {
        tags: ['admin'],
        summary: 'Change the scopes of a service client',
        description:
          'What is added reaches its next token. If a scope is taken away, every token of before is refused everywhere at once. ' +
          'Neither the scopes that it has nor those that it gets may be beyond the caller’s own. A client that the settings name is changed there. What the list gave may be sent back whole, also of such a client.',
        security: SECURED,
        params: Params({ clientId: ClientId }),
        body: Body({ scopes: ScopeNames, ...asReadOfClient }),
        response: { 200: ClientReply, ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request) => {
      const { scopes, lastUsedAt: _, ...asRead } = request.body
      const { clientId } = request.params
      return toClientReply(await clients.change(clientId, { scopes }, callerOf(request), asRead))
    },
  )
}
