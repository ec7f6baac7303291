import { encodeCursor, idOfCursor, pageOf } from '@latchkey/problems'
import { type AppInstance, List, page, problemResponses, Query, SECURED } from '@latchkey/service-kit'
import { ROLE_NAME } from '../../../../permissions/names.ts'
import type { PolicyAdministration } from '../../../../permissions/policy-administration.ts'
import { RoleReply, toRoleReply } from '../../../schemas/policy.ts'

export function listRolesRoute(app: AppInstance, policies: PolicyAdministration): void {
  app.get(
    '',
    {
      config: { operation: 'list_roles' },
      schema: {
        tags: ['admin'],
        summary: 'Roles',
        description:
          'A role is a named set of scopes. The built-in ones first, then one’s own in the order of their names.',
        security: SECURED,
        querystring: Query(page),
        response: { 200: List(RoleReply), ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request) => {
      const { limit, cursor } = request.query
      const all = [...(await policies.read()).roles.values()]
      const after = idOfCursor(cursor, ROLE_NAME)
      const start = after === undefined ? 0 : all.findIndex(({ name }) => name === after) + 1
      const { items, nextCursor } = pageOf(all.slice(start, start + limit + 1), limit, ({ name }) => encodeCursor(name))
      return { items: items.map(toRoleReply), nextCursor }
    },
  )
}
