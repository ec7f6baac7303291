import { type AppInstance, AS_READ, Body, Params, problemResponses, SECURED } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { PolicyAdministration } from '../../../../permissions/policy-administration.ts'
import { callerOf } from '../../../caller.ts'
import { asReadOfPolicy, Description, RoleName, RoleReply, ScopeName, toRoleReply } from '../../../schemas/policy.ts'

export function putRoleRoute(app: AppInstance, policies: PolicyAdministration): void {
  app.put(
    '/:name',
    {
      config: { operation: 'put_role' },
      schema: {
        tags: ['admin'],
        summary: 'Create or change a role',
        description:
          'A role of one’s own. What it gains reaches each holder with the next refresh; what it loses is refused everywhere within a second, and holders go on with a refresh. A scope beyond the caller’s own is 403 `exceeds_own_scopes`. What GET gave may be sent back whole; unchanged, it is taken of a built-in role, too.',
        security: SECURED,
        params: Params({ name: RoleName }),
        body: Body({
          name: Type.Optional({ ...RoleName, description: AS_READ }),
          description: Description,
          scopes: Type.Array(ScopeName, { uniqueItems: true }),
          ...asReadOfPolicy,
        }),
        response: { 200: RoleReply, 201: RoleReply, ...problemResponses(400, 401, 403, 409, 503) },
      },
    },
    async (request, reply) => {
      const { name, builtIn, configured, ...wanted } = request.body
      const asRead = { name, builtIn, configured }
      const { item, isNew } = await policies.saveRole({ ...request.params, ...wanted }, callerOf(request), asRead)
      return reply.code(isNew ? 201 : 200).send(toRoleReply(item))
    },
  )
}
