import swagger from '@fastify/swagger'
import type { AppInstance } from '../app-instance.ts'
import { createDrain } from '../drain.ts'
import { showApiDocs } from './api-docs.ts'

/**
 * Makes `operations` the server of the app's operations port, which only operators and their tools reach: metrics, health with its
 * checks, and the API's description. It closes after everything else that closes with the app, so it answers until the end.
 */
export async function addOperationsServer(app: AppInstance, operations: AppInstance): Promise<void> {
  app.decorate('operations', operations)
  const drain = createDrain(operations, { drainMs: 0, lingerMs: 0 })
  app.addHook('onReady', async () => {
    await operations.ready()
  })
  // Hooks of this kind run in reverse order, and this one is the first.
  app.addHook('onClose', async () => {
    if (operations.server.listening) await drain({ announce: false })
    await operations.close()
  })

  operations.addHook('onRoute', (route) => {
    route.config = { ...route.config, quiet: true }
  })
  const { registry } = app.metrics
  operations.get('/metrics', async (_request, reply) => {
    reply.header('content-type', registry.contentType)
    return registry.metrics()
  })
  // Swagger UI insists on a description of the server that it runs on, and shows the one of the app.
  await operations.register(swagger)
  await showApiDocs(operations, { of: app })
}
