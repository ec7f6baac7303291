import {
  type AppInstance,
  List,
  Params,
  page,
  problemResponses,
  Query,
  SECURED,
  Text,
  Uuid,
} from '@latchkey/service-kit'
import { Type } from 'typebox'
import { idOfCursor, toPage } from '../../keyset-cursor.ts'
import { Role, Status, UserBody } from '../../schemas/user.ts'
import type { AdminServices } from './admin-services.ts'

export function userReading(app: AppInstance, { administration }: AdminServices): void {
  app.get(
    '/admin/users',
    {
      schema: {
        tags: ['admin'],
        summary: 'Find users',
        description: 'Newest accounts first. `query` is part of the e-mail address, the user name or the full name.',
        security: SECURED,
        querystring: Query({
          ...page,
          query: Type.Optional(Text()),
          status: Type.Optional(Status),
          role: Type.Optional(Role),
        }),
        response: { 200: List(UserBody), ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request) => {
      const { limit = 20, cursor, ...filter } = request.query
      return toPage(await administration.list(filter, limit, idOfCursor(cursor)), limit)
    },
  )

  app.get(
    '/admin/users/:userId',
    {
      schema: {
        tags: ['admin'],
        summary: 'One user',
        security: SECURED,
        params: Params({ userId: Uuid() }),
        response: { 200: Type.Object({ user: UserBody }), ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request) => ({ user: await administration.get(request.params.userId) }),
  )
}
