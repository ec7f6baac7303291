import { encodeCursor, idOfCursor, pageOf } from '@latchkey/problems'
import { type AppInstance, List, page, problemResponses, Query, SECURED, Text } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { ClientAdministration } from '../../../clients/client-administration.ts'
import { CLIENT_ID } from '../../../clients/service-client.ts'
import { ClientReply, toClientReply } from '../../schemas/client.ts'

export function listClientsRoute(app: AppInstance, clients: ClientAdministration): void {
  app.get(
    '',
    {
      config: { operation: 'list_clients' },
      schema: {
        tags: ['admin'],
        summary: 'Service clients',
        description: 'In the order of their ids. `createdBy` is the id of the user or service client that made them.',
        security: SECURED,
        querystring: Query({ ...page, createdBy: Type.Optional(Text()) }),
        response: { 200: List(ClientReply), ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request) => {
      const { limit, cursor, ...filter } = request.query
      const views = await clients.list(filter, { limit, afterId: idOfCursor(cursor, CLIENT_ID) })
      return pageOf(views.map(toClientReply), limit, ({ clientId }) => encodeCursor(clientId))
    },
  )
}
