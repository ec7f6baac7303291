import { type AppInstance, AS_READ, Body, Params, problemResponses, SECURED } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { PolicyAdministration } from '../../../../permissions/policy-administration.ts'
import { callerOf } from '../../../caller.ts'
import { asReadOfPolicy, Description, ScopeName, ScopeReply, toScopeReply } from '../../../schemas/policy.ts'

export function putScopeRoute(app: AppInstance, policies: PolicyAdministration): void {
  app.put(
    '/:name',
    {
      config: { operation: 'put_scope' },
      schema: {
        tags: ['admin'],
        summary: 'Create or change a scope',
        description:
          'A scope of one’s own, for a service of one’s own: `requireScope(name)` there works at once. The role `admin` holds it. What GET gave may be sent back whole; unchanged, it is taken of a built-in scope, too.',
        security: SECURED,
        params: Params({ name: ScopeName }),
        body: Body({
          name: Type.Optional({ ...ScopeName, description: AS_READ }),
          description: Description,
          ...asReadOfPolicy,
        }),
        response: { 200: ScopeReply, 201: ScopeReply, ...problemResponses(400, 401, 403, 409, 503) },
      },
    },
    async (request, reply) => {
      const { name, builtIn, configured, ...wanted } = request.body
      const asRead = { name, builtIn, configured }
      const { item, isNew } = await policies.saveScope({ ...request.params, ...wanted }, callerOf(request), asRead)
      return reply.code(isNew ? 201 : 200).send(toScopeReply(item))
    },
  )
}
