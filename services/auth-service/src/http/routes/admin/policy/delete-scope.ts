import { type AppInstance, Params, problemResponses, SECURED } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { PolicyAdministration } from '../../../../permissions/policy-administration.ts'
import { callerOf } from '../../../caller.ts'
import { ScopeName } from '../../../schemas/policy.ts'

export function deleteScopeRoute(app: AppInstance, policies: PolicyAdministration): void {
  app.delete(
    '/:name',
    {
      config: { operation: 'delete_scope' },
      schema: {
        tags: ['admin'],
        summary: 'Delete a scope',
        description: '409 `scope_in_use` while a role or a service client holds it.',
        security: SECURED,
        params: Params({ name: ScopeName }),
        response: { 204: Type.Null(), ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      await policies.removeScope(request.params.name, callerOf(request))
      return reply.code(204).send(null)
    },
  )
}
