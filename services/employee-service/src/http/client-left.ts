import type { FastifyReply } from 'fastify'

/** Aborted when the client goes away before it has its answer. */
export function clientLeft(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort(new Error('the client left'))
  })
  return controller.signal
}
