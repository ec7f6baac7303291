import type { AppInstance } from './app-instance.ts'
import { createEdge, type EdgeOptions } from './create-edge.ts'
import { createLogger, type LoggerOptions } from './logging/logger.ts'
import { type ApiDescription, describeApi, showApiDocs } from './operations/api-docs.ts'
import { addMetrics } from './operations/metrics.ts'
import { addOperationsServer } from './operations/operations-server.ts'

export type ServerOptions = ApiDescription &
  EdgeOptions & {
    /** The service's name in logs. */
    name: string
    logger: LoggerOptions
    /** Whether the public port has `/docs` and `/openapi.json`, as the operations port always does. Yes unless given. */
    apiDocs?: boolean
  }

/**
 * An app with every production option set and no routes of a service yet: register them, then call `ready()`. `app.operations` is
 * the server of its operations port. What a handler throws becomes a problem document; see `createErrorHandler`.
 */
export async function createServer(options: ServerOptions): Promise<AppInstance> {
  const log = createLogger(options.name, options.logger)
  const app = await createEdge(log, options)
  await describeApi(app, options)
  addMetrics(app)
  const { requestTimeoutMs } = options
  const operations = await createEdge(log, { ...(requestTimeoutMs !== undefined && { requestTimeoutMs }) })
  await addOperationsServer(app, operations)
  if (options.apiDocs ?? true) await showApiDocs(app, { of: app })
  return app
}
