import { unavailable } from '@latchkey/problems'
import type { FastifyReply } from 'fastify'
import type { AppInstance } from '../app-instance.ts'
import { edgeProblems } from '../problems/edge-problems.ts'

const SWEEP_MS = 50

/**
 * Answers requests that take too long: 503, or 408 when the body has not arrived. One timer serves all requests. Fastify's
 * own `handlerTimeout` creates a timer, an AbortController and an error for each, which costs more than the rest of this edge.
 */
export function addRequestDeadline(app: AppInstance, timeoutMs: number): void {
  const dueAt = new Map<FastifyReply, number>()

  app.addHook('onRequest', (request, reply, done) => {
    // The timer alone keeps no process alive, but a request that waits for it does.
    if (dueAt.size === 0) timer.ref()
    dueAt.set(reply, performance.now() + (request.routeOptions.config.timeoutMs ?? timeoutMs))
    done()
  })
  app.addHook('onResponse', (_request, reply, done) => {
    dueAt.delete(reply)
    if (dueAt.size === 0) timer.unref()
    done()
  })

  app.decorateReply('extendDeadline', function (extendedMs) {
    if (!dueAt.has(this)) throw unavailable(new Error('the request has been answered'))
    dueAt.set(this, performance.now() + extendedMs)
  })

  const timer = setInterval(() => {
    const now = performance.now()
    for (const [reply, due] of dueAt) {
      if (now < due) continue
      dueAt.delete(reply)
      if (reply.sent) continue
      // A started answer can only be cut off.
      if (reply.raw.headersSent) reply.raw.destroy()
      else answer(reply)
      // Fastify logs a later failure of the handler as an error. The caller has its answer, so it is a warning.
      reply.log = Object.assign(Object.create(reply.log), { error: reply.log.warn })
    }
  }, SWEEP_MS)
  timer.unref()
  app.addHook('onClose', async () => clearInterval(timer))
}

/** What the handler sends after that is neither sent nor logged. */
function answer(reply: FastifyReply): void {
  reply.send(timeOut(reply))
  if (reply.sent) reply.hijack()
  // The error handler of a scope may take its time, and what it sends must still go out.
  else reply.raw.once('finish', () => reply.hijack())
}

function timeOut({ request }: FastifyReply): Error {
  return request.raw.complete === false
    ? new edgeProblems.request_timeout({ headers: { connection: 'close' } })
    : unavailable(new Error('the request was not answered in time'))
}
