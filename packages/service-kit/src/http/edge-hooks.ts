import type { AppInstance } from '../app-instance.ts'
import { CLIENT_LEFT, logRequest } from '../logging/request-line.ts'
import { edgeProblems } from '../problems/edge-problems.ts'
import { answerNotFound } from './not-found.ts'
import { SECURITY_HEADERS } from './security-headers.ts'

/** What every answer carries. Comes before all other hooks, so that what they answer carries it too. */
export function addFirstHook(app: AppInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(SECURITY_HEADERS)
    reply.header('x-request-id', request.id)
    if (app.draining && !app.server.listening) reply.header('connection', 'close')
    if (request.headers.host === undefined && request.raw.httpVersionMinor === 1) {
      // RFC 9112, section 3.2
      done(new edgeProblems.invalid_request({ detail: 'The Host header is missing.' }))
    } else {
      done()
    }
  })
}

/** Unknown addresses are answered before their bodies are read, and a client that leaves early gets its log line too. */
export function addLastHooks(app: AppInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (request.is404) answerNotFound(app, request, reply)
    else done()
  })
  // For what calls `reply.callNotFound()`.
  app.setNotFoundHandler((request, reply) => answerNotFound(app, request, reply))

  app.addHook('onRequestAbort', (request, done) => {
    logRequest(request, CLIENT_LEFT)
    done()
  })
}
