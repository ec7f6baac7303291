import type { FastifyRequest } from 'fastify'
import type { Caller } from '../accounts/account-bound.ts'
import { mailNameOf } from '../mail/plain-name.ts'
import { clientContext } from './client-context.ts'

/** The caller of a route that needs an access token: the scopes are those of today, not the token's own word. */
export function callerOf(request: FastifyRequest): Caller {
  const { sub: id, scope } = request.accessToken
  const user = request.liveSession?.snapshot.user
  return {
    id,
    name: user ? mailNameOf(user) : null,
    kind: user ? 'user' : 'client',
    scopes: new Set(scope.split(' ')),
    origin: clientContext(request),
  }
}
