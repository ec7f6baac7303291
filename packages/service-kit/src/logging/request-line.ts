import { type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import type { FoldedLines } from './folded-lines.ts'

/** Logged in place of a status when the client left before its answer. */
export const CLIENT_LEFT = 499

/** Turns off the lines of Fastify: each request has one line, which {@link logRequest} writes at its end. Many that are 429 share one. */
export class RequestLine extends LogController {
  readonly #foldedLines: FoldedLines

  constructor(foldedLines: FoldedLines) {
    super({ requestIdLogLabel: 'requestId' })
    this.#foldedLines = foldedLines
  }

  override incomingRequest(): void {}
  override defaultErrorLog(): void {}
  override routeNotFound(): void {}

  override requestCompleted(_error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    const { operation } = request.routeOptions.config
    const isFolded = reply.statusCode === 429 && this.#foldedLines.add({ operation, remoteAddress: request.ip })
    logRequest(request, reply.statusCode, { elapsedMs: reply.elapsedTime, isFolded })
  }
}

type Known = {
  readonly elapsedMs?: number
  readonly remoteAddress?: string
  /** Whether another line counts it; it then has one at the level `debug`. */
  readonly isFolded?: boolean
}

/** Writes a request's line. Never a query string, a header or a body. */
export function logRequest(request: FastifyRequest, status: number, known: Known = {}): void {
  const { failure } = request
  const { elapsedMs, remoteAddress = request.ip, isFolded } = known
  const { config } = request.routeOptions
  const line: Record<string, unknown> = {
    method: request.method,
    path: pathOf(request.url),
    route: config.url,
    operation: config.operation,
    status,
    durationMs: elapsedMs === undefined ? undefined : Math.round(elapsedMs * 100) / 100,
    remoteAddress,
    // Both ids: the caller's is `requestId` of every line.
    ownRequestId: request.ownId === request.id ? undefined : request.ownId || undefined,
    ...request.logFields,
  }
  if (failure !== null && status !== CLIENT_LEFT) {
    line.code = failure.code
    if (status >= 500) line.err = failure.cause
    else if (failure.cause instanceof Error) line.reason = failure.cause.message
  }
  if (status === 500) request.log.error(line, 'request failed')
  else if (config.quiet === true || isFolded === true) request.log.debug(line, 'request')
  else if (status === 503) request.log.warn(line, 'request not served')
  else request.log.info(line, 'request')
}

const PATH_SHOWN = 200

/** The path of a request's address for the log, cut to 200 characters. Query strings may hold secrets and are left out. */
export function pathOf(url: string): string {
  const query = url.indexOf('?')
  return (query === -1 ? url : url.slice(0, query)).slice(0, PATH_SHOWN)
}
