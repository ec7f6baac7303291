import { type FastifyBaseLogger, fastify } from 'fastify'
import type { AppInstance } from './app-instance.ts'
import { createBasePath } from './http/base-path.ts'
import { refuseUnlistedMediaTypes } from './http/body-media-types.ts'
import { refuseContentCodings } from './http/content-coding.ts'
import { allowOrigins } from './http/cors.ts'
import { addCommonHeaders, logAbortedRequests, requireHost } from './http/edge-hooks.ts'
import { createTrust, readForwardingHeaders } from './http/forwarding.ts'
import { addJsonParser } from './http/json-body.ts'
import { answerExpectations } from './http/raw-answers.ts'
import { addRequestDeadline } from './http/request-deadline.ts'
import { createRequestIds } from './http/request-id.ts'
import { createSerializerCompiler } from './http/serialization.ts'
import { answerUnknownAddresses } from './http/unknown-address.ts'
import { createValidatorCompiler } from './http/validation.ts'
import { createFoldedLines } from './logging/folded-lines.ts'
import { createErrorHandler } from './problems/error-handler.ts'
import { serverOptions } from './server-options.ts'

export type EdgeOptions = {
  /** Addresses and CIDRs of proxies whose X-Forwarded-* headers count. None unless given. */
  trustProxy?: readonly string[]
  /**
   * Where the service is reached from outside. The path of the first goes in front of the paths in answers; requests below the path
   * of any are served, too.
   */
  publicUrls?: readonly string[]
  /** Browser origins that may call, with credentials where cookies can travel. None unless given. */
  allowedOrigins?: readonly string[]
  /** Largest body in bytes, 64 KiB unless given; a route may set its own `bodyLimit`. */
  bodyLimit?: number
  /** A request that takes longer gets 503; 1800 ms unless given; a route may set its own `config.timeoutMs`. */
  requestTimeoutMs?: number
  /** Which errors mean that a dependency is unreachable: they are answered with 503 instead of 500. */
  isUnavailable?: (error: unknown) => boolean
}

/** What every server of a service has, on whichever port: all production options and no route. */
export async function createEdge(logger: FastifyBaseLogger, options: EdgeOptions): Promise<AppInstance> {
  const requestIds = createRequestIds()
  const isTrusted = createTrust(options.trustProxy ?? [])
  const base = createBasePath(options.publicUrls ?? [])
  const handleError = createErrorHandler(options.isUnavailable ?? (() => false))
  const foldedLines = createFoldedLines(logger)
  const app: AppInstance = fastify(
    serverOptions({
      logger,
      foldedLines,
      requestIds,
      isTrusted,
      rewriteUrl: base.rewriteUrl,
      handleError,
      bodyLimit: options.bodyLimit ?? 64 * 1024,
    }),
  )
  app.addHook('onClose', async () => foldedLines.close())
  app.decorate('draining', false)
  base.register(app)
  app.decorateRequest('ownId', '')
  app.decorateRequest('logFields', null)
  app.decorateRequest('failure', null)
  app.setValidatorCompiler(createValidatorCompiler())
  app.setSerializerCompiler(createSerializerCompiler())
  app.setErrorHandler(handleError)
  app.removeAllContentTypeParsers()
  addJsonParser(app, 'application/json')
  answerExpectations(app, requestIds)
  refuseUnlistedMediaTypes(app)
  refuseContentCodings(app)

  readForwardingHeaders(app, isTrusted)
  addCommonHeaders(app, requestIds)
  requireHost(app)
  addRequestDeadline(app, options.requestTimeoutMs ?? 1800)
  await allowOrigins(app, options.allowedOrigins ?? [])
  answerUnknownAddresses(app)
  logAbortedRequests(app)
  return app
}
