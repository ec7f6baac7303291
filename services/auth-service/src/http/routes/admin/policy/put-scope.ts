import { type AppInstance, Body, Params, problemResponses, SECURED } from '@latchkey/service-kit'
import type { PolicyAdministration } from '../../../../permissions/policy-administration.ts'
import { callerOf } from '../../../caller.ts'
import { Description, ScopeName, ScopeReply, toScopeReply } from '../../../schemas/policy.ts'

export function putScopeRoute(app: AppInstance, policies: PolicyAdministration): void {
  app.put(
    '/:name',
    {
      config: { operation: 'put_scope' },
      schema: {
        tags: ['admin'],
        summary: 'Create or change a scope',
        description:
          'A scope of one’s own, for a service of one’s own: `requireScope(name)` there works at once. The role `admin` holds it.',
        security: SECURED,
        params: Params({ name: ScopeName }),
        body: Body({ description: Description }),
        response: { 200: ScopeReply, 201: ScopeReply, ...problemResponses(400, 401, 403, 409, 503) },
      },
    },
    async (request, reply) => {
      const { item, isNew } = await policies.saveScope({ ...request.params, ...request.body }, callerOf(request))
      return reply.code(isNew ? 201 : 200).send(toScopeReply(item))
    },
  )
}
