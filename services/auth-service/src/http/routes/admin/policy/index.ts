import type { AppInstance } from '@latchkey/service-kit'
import type { PolicyAdministration } from '../../../../permissions/policy-administration.ts'
import { deleteRoleRoute } from './delete-role.ts'
import { deleteScopeRoute } from './delete-scope.ts'
import { getRoleRoute } from './get-role.ts'
import { getScopeRoute } from './get-scope.ts'
import { listRolesRoute } from './list-roles.ts'
import { listScopesRoute } from './list-scopes.ts'
import { putRoleRoute } from './put-role.ts'
import { putScopeRoute } from './put-scope.ts'

/** Scopes and roles, for those who manage them. */
export async function policyRoutes(
  app: AppInstance,
  { policyAdministration }: { readonly policyAdministration: PolicyAdministration },
): Promise<void> {
  app.addHook('onRequest', app.requireScope('roles:manage'))
  await app.register(scopes, { prefix: '/scopes' })
  await app.register(roles, { prefix: '/roles' })

  async function scopes(managed: AppInstance): Promise<void> {
    listScopesRoute(managed, policyAdministration)
    getScopeRoute(managed, policyAdministration)
    putScopeRoute(managed, policyAdministration)
    deleteScopeRoute(managed, policyAdministration)
  }

  async function roles(managed: AppInstance): Promise<void> {
    listRolesRoute(managed, policyAdministration)
    getRoleRoute(managed, policyAdministration)
    putRoleRoute(managed, policyAdministration)
    deleteRoleRoute(managed, policyAdministration)
  }
}
