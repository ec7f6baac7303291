import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AppInstance } from '../app-instance.ts'
import { CLIENT_LEFT, logRequest } from '../logging/request-line.ts'
import { edgeProblems } from '../problems/edge-problems.ts'
import { ownIdOf, type RequestIds } from './request-id.ts'
import { SECURITY_HEADERS } from './security-headers.ts'

/** The headers of every answer, and the request's ids. Comes before all other hooks, so that their answers have them too. */
export function addCommonHeaders(app: AppInstance, { newId }: RequestIds): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(SECURITY_HEADERS)
    reply.header('x-request-id', request.id)
    request.ownId = ownIdOf(request, newId)
    // A client that keeps a connection would be cut off when the listening ends.
    if (app.draining) reply.header('connection', 'close')
    done()
  })
}

/** Refuses an HTTP/1.1 request without a Host header (RFC 9112, section 3.2). */
export function requireHost(app: AppInstance): void {
  app.addHook('onRequest', ({ headers, raw }, _reply, done) => {
    if (headers.host !== undefined || raw.httpVersionMinor !== 1) done()
    else done(new edgeProblems.invalid_request({ detail: 'The Host header is missing.' }))
  })
}

/** A client that leaves before its answer gets a log line, too. */
export function logAbortedRequests(app: AppInstance): void {
  app.addHook('onRequestAbort', (request, done) => {
    logRequest(request, CLIENT_LEFT)
    done()
  })
}

/** `preValidation` hook of a route whose body has no required member: a request without a body counts as `{}`. */
export function allowNoBody(request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  request.body ??= {}
  done()
}
