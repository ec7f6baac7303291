import type { FastifyRequest } from 'fastify'
import type { Actor } from '../actor.ts'

/** The sender of a request. A user's token names a session, a service client's has none. */
export function actorOf({ accessToken, id }: Pick<FastifyRequest, 'accessToken' | 'id'>): Actor {
  return { kind: accessToken.sid === undefined ? 'client' : 'user', id: accessToken.sub, requestId: id }
}
