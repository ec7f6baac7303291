import type { AppInstance } from '@latchkey/service-kit'
import type { AdminServices } from './admin-services.ts'
import { auditRoute } from './audit.ts'
import { clientRoutes } from './clients.ts'
import { keyRoutes } from './keys.ts'
import { userChangeRoute } from './user-change.ts'
import { userSessionReading, userSessionRevoking } from './user-sessions.ts'
import { userReading } from './users.ts'

/** Everything under /admin, by the scope it takes. */
export async function adminRoutes(app: AppInstance, services: AdminServices): Promise<void> {
  const under = (scope: string, ...routes: ((app: AppInstance, services: AdminServices) => void)[]) =>
    app.register(async (scoped: AppInstance) => {
      scoped.addHook('onRequest', scoped.requireScope(scope))
      for (const register of routes) register(scoped, services)
    })

  await under('users:read', userReading)
  await under('sessions:read', userSessionReading)
  await under('sessions:revoke', userSessionRevoking)
  await under('audit:read', auditRoute)
  await under('clients:manage', clientRoutes, keyRoutes)

  // users:write, or users:disable for that alone: the route looks at what is asked for.
  await app.register(async (signedIn: AppInstance) => {
    signedIn.addHook('onRequest', signedIn.authenticate)
    userChangeRoute(signedIn, services)
  })
}
