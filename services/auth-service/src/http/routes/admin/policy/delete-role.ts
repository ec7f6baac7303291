import { type AppInstance, Params, problemResponses, SECURED } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { PolicyAdministration } from '../../../../permissions/policy-administration.ts'
import { callerOf } from '../../../caller.ts'
import { RoleName } from '../../../schemas/policy.ts'

export function deleteRoleRoute(app: AppInstance, policies: PolicyAdministration): void {
  app.delete(
    '/:name',
    {
      config: { operation: 'delete_role' },
      schema: {
        tags: ['admin'],
        summary: 'Delete a role',
        description: '409 `role_in_use` while an account has it.',
        security: SECURED,
        params: Params({ name: RoleName }),
        response: { 204: Type.Null(), ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      await policies.removeRole(request.params.name, callerOf(request))
      return reply.code(204).send(null)
    },
  )
}
