import { type AppInstance, Params, problemResponses, SECURED } from '@latchkey/service-kit'
import { problems } from '../../../../errors.ts'
import type { PolicyAdministration } from '../../../../permissions/policy-administration.ts'
import { RoleName, RoleReply, toRoleReply } from '../../../schemas/policy.ts'

export function getRoleRoute(app: AppInstance, policies: PolicyAdministration): void {
  app.get(
    '/:name',
    {
      config: { operation: 'get_role' },
      schema: {
        tags: ['admin'],
        summary: 'A role',
        security: SECURED,
        params: Params({ name: RoleName }),
        response: { 200: RoleReply, ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request) => {
      const role = (await policies.read()).roles.get(request.params.name)
      if (!role) throw new problems.role_not_found()
      return toRoleReply(role)
    },
  )
}
