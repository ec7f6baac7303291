import type { FastifyRequest } from 'fastify'
import type { Actor, Caller } from '../actor.ts'

/** The sender of a request. A user's token names a session, a service client's has none. */
export function actorOf({ accessToken, id }: Pick<FastifyRequest, 'accessToken' | 'id'>): Actor {
  return { kind: accessToken.sid === undefined ? 'client' : 'user', id: accessToken.sub, requestId: id }
}

/** The same, for calls of which a part needs a further scope. */
export function callerOf(request: Pick<FastifyRequest, 'accessToken' | 'id'>): Caller {
  return { ...actorOf(request), scopes: new Set(request.accessToken.scope.split(' ')) }
}
