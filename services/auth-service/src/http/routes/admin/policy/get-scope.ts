import { type AppInstance, Params, problemResponses, SECURED } from '@latchkey/service-kit'
import { problems } from '../../../../errors.ts'
import type { PolicyAdministration } from '../../../../permissions/policy-administration.ts'
import { ScopeName, ScopeReply, toScopeReply } from '../../../schemas/policy.ts'

export function getScopeRoute(app: AppInstance, policies: PolicyAdministration): void {
  app.get(
    '/:name',
    {
      config: { operation: 'get_scope' },
      schema: {
        tags: ['admin'],
        summary: 'A scope',
        security: SECURED,
        params: Params({ name: ScopeName }),
        response: { 200: ScopeReply, ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request) => {
      const scope = (await policies.read()).scopes.get(request.params.name)
      if (!scope) throw new problems.scope_not_found()
      return toScopeReply(scope)
    },
  )
}
