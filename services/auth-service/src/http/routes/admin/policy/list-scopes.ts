import { encodeCursor, idOfCursor, pageOf } from '@latchkey/problems'
import { type AppInstance, List, page, problemResponses, Query, SECURED } from '@latchkey/service-kit'
import { SCOPE_NAME } from '../../../../permissions/names.ts'
import type { PolicyAdministration } from '../../../../permissions/policy-administration.ts'
import { ScopeReply, toScopeReply } from '../../../schemas/policy.ts'

export function listScopesRoute(app: AppInstance, policies: PolicyAdministration): void {
  app.get(
    '',
    {
      config: { operation: 'list_scopes' },
      schema: {
        tags: ['admin'],
        summary: 'Scopes',
        description: 'What a call may need. The built-in ones first, then one’s own in the order of their names.',
        security: SECURED,
        querystring: Query(page),
        response: { 200: List(ScopeReply), ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request) => {
      const { limit, cursor } = request.query
      const all = [...(await policies.read()).scopes.values()]
      const after = idOfCursor(cursor, SCOPE_NAME)
      const start = after === undefined ? 0 : all.findIndex(({ name }) => name === after) + 1
      const { items, nextCursor } = pageOf(all.slice(start, start + limit + 1), limit, ({ name }) => encodeCursor(name))
      return { items: items.map(toScopeReply), nextCursor }
    },
  )
}
