import { createServer, type ServerOptions } from 'node:http'
import type { FastifyBaseLogger, FastifyHttpOptions, RawServerDefault } from 'fastify'
import type { BasePath } from './http/base-path.ts'
import { senderOf, type Trust } from './http/forwarding.ts'
import { limitPipelining } from './http/pipelining.ts'
import { createClientErrorHandler } from './http/raw-answers.ts'
import type { RequestIds } from './http/request-id.ts'
import { SECURITY_HEADERS } from './http/security-headers.ts'
import type { FoldedLines } from './logging/folded-lines.ts'
import { logRequest, RequestLine } from './logging/request-line.ts'
import type { ErrorHandler } from './problems/error-handler.ts'

const SECOND = 1000

const HTTP_OPTIONS: ServerOptions = {
  // Common load balancers keep an idle connection for a minute: they close it, not we.
  keepAliveTimeout: 65 * SECOND,
  headersTimeout: 15 * SECOND,
  requestTimeout: 30 * SECOND,
  connectionsCheckingInterval: 5 * SECOND,
  // Node's own answer has no body; the hook requireHost sends ours.
  requireHostHeader: false,
}

type Parts = {
  logger: FastifyBaseLogger
  foldedLines: FoldedLines
  requestIds: RequestIds
  isTrusted: Trust
  rewriteUrl: BasePath['rewriteUrl']
  handleError: ErrorHandler
  bodyLimit: number
}

/** Fastify's options in production, which are also the ones in tests. */
export function serverOptions(parts: Parts): FastifyHttpOptions<RawServerDefault, FastifyBaseLogger> {
  const { requestIds, isTrusted, handleError } = parts
  return {
    loggerInstance: parts.logger,
    logController: new RequestLine(parts.foldedLines),
    genReqId: requestIds.idOf,
    requestIdHeader: false,
    bodyLimit: parts.bodyLimit,
    ...(parts.rewriteUrl && { rewriteUrl: parts.rewriteUrl }),
    serverFactory: (handle) => {
      const server = createServer(HTTP_OPTIONS, limitPipelining(handle, requestIds.newId, parts.logger))
      return server.setTimeout(70 * SECOND)
    },
    forceCloseConnections: 'idle',
    // While the app stops, a request on an open connection is still served; its answer closes the connection.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 200 },
    clientErrorHandler: createClientErrorHandler(requestIds.newId, parts.logger),
    frameworkErrors: (error, request, reply) => {
      reply.headers(SECURITY_HEADERS).header('x-request-id', request.id)
      handleError(error, request, reply)
      // No hook and no log controller runs for these, and the request is a bare one of Fastify's.
      logRequest(request, reply.statusCode, { remoteAddress: senderOf(request, isTrusted) })
    },
  }
}
