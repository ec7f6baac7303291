import { encodeCursor, idOfCursor, pageOf } from '@latchkey/problems'
import { type AppInstance, List, page, problemResponses, Query, SECURED } from '@latchkey/service-kit'
import type { ClientService } from '../../../clients/client-service.ts'
import { CLIENT_ID } from '../../../clients/service-client.ts'
import { ClientReply } from '../../schemas/client.ts'

export function listClientsRoute(app: AppInstance, clients: ClientService): void {
  app.get(
    '',
    {
      config: { operation: 'list_clients' },
      schema: {
        tags: ['admin'],
        summary: 'Service clients',
        description: 'In the order of their ids.',
        security: SECURED,
        querystring: Query(page),
        response: { 200: List(ClientReply), ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request) => {
      const { limit, cursor } = request.query
      const rows = await clients.list(limit, idOfCursor(cursor, CLIENT_ID))
      return pageOf(rows, limit, ({ clientId }) => encodeCursor(clientId))
    },
  )
}
