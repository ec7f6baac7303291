import { type AppInstance, edgeProblems } from '@latchkey/service-kit'
import type { HTTPMethods } from 'fastify'

/** Words where an id could stand, and what they take. */
const FIXED_PATHS: Readonly<Record<string, readonly HTTPMethods[]>> = {
  '/employees/me': ['GET', 'HEAD'],
  '/employees/export': ['GET', 'HEAD'],
  '/employees/import': ['POST'],
}
const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']

/** The router would take such a word for an id wherever another method has a route for ids. */
export function refuseOtherMethods(app: AppInstance): void {
  for (const [url, allowed] of Object.entries(FIXED_PATHS)) {
    const allow = [...allowed, 'OPTIONS'].join(', ')
    app.route({
      method: METHODS.filter((method) => !allowed.includes(method)),
      url,
      exposeHeadRoute: false,
      schema: { hide: true },
      onRequest: async () => {
        throw new edgeProblems.method_not_allowed({ headers: { allow } })
      },
      handler: async () => {},
    })
  }
}
