import type { FastifyRequest } from 'fastify'
import type { ClientContext } from '../sessions/session.ts'

const USER_AGENT_LENGTH = 256

/** Where a request came from and who sent it, in a form that can be stored: bounded, and without control characters. */
export function clientContext(request: FastifyRequest): ClientContext {
  const userAgent = request.headers['user-agent'] ?? ''
  return {
    actorId: request.actorId,
    ip: request.ip,
    requestId: request.ownId,
    callerRequestId: request.ownId === request.id ? null : request.id,
    userAgent: userAgent.slice(0, USER_AGENT_LENGTH).replace(/\p{Cc}/gu, ''),
  }
}
