import type { FastifyRequest } from 'fastify'
import type { Caller } from '../accounts/account-bound.ts'
import { mailNameOf } from '../mail/plain-name.ts'
import { clientContext } from './client-context.ts'

/**
 * The caller of a route that needs an access token: the scopes are those of today, not the token's own word.
 * @throws Error on a route that needs none
 */
export function callerOf(request: FastifyRequest): Caller {
  const { sub: id } = request.accessToken
  if (!request.heldScopes) throw new Error('this route needs a token')
  const user = request.liveSession?.snapshot.user
  return {
    id,
    name: user ? mailNameOf(user) : null,
    kind: user ? 'user' : 'client',
    scopes: request.heldScopes,
    origin: clientContext(request),
  }
}
