import { encodeCursor, idOfCursor, pageOf } from '@latchkey/problems'
import { type AppInstance, List, page, problemResponses, Query, SECURED, Text } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { UserAdministration } from '../../../accounts/user-administration.ts'
import { callerOf } from '../../caller.ts'
import { RoleName } from '../../schemas/policy.ts'
import { Status, UserViewReply } from '../../schemas/user.ts'

export function listUsersRoute(app: AppInstance, administration: UserAdministration): void {
  app.get(
    '',
    {
      config: { operation: 'list_users' },
      schema: {
        tags: ['admin'],
        summary: 'Find users',
        description:
          'Newest accounts first. `query` is part of the e-mail address, the user name or the full name. With `users:invite` and without `users:read`: those that the caller invited.',
        security: SECURED,
        querystring: Query({
          ...page,
          query: Type.Optional(Text()),
          status: Type.Optional(Status),
          role: Type.Optional(RoleName),
        }),
        response: { 200: List(UserViewReply), ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request) => {
      const { limit, cursor, ...filter } = request.query
      const page = { limit, beforeId: idOfCursor(cursor) }
      const rows = await administration.list(filter, callerOf(request), page)
      return pageOf(rows, limit, ({ id }) => encodeCursor(id))
    },
  )
}
