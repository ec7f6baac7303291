import type { FastifyReply, FastifyRequest } from 'fastify'

/** `preValidation` hook of a route whose body has no required member: a request without a body counts as `{}`. */
export function allowNoBody(request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  request.body ??= {}
  done()
}
