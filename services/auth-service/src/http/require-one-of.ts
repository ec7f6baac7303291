import { AccessError } from '@latchkey/resource-server'
import type { FastifyRequest } from 'fastify'

/** Makes an `onRequest` hook, after `app.authenticate`, for calls that any of these scopes opens, if not for all alike. */
export function requireOneOf(...scopes: readonly [string, ...string[]]) {
  return async ({ accessToken }: FastifyRequest): Promise<void> => {
    const granted = accessToken.scope.split(' ')
    if (scopes.some((scope) => granted.includes(scope))) return
    const detail = `This call needs one of the scopes ${scopes.join(', ')}.`
    throw new AccessError('insufficient_scope', { detail, requiredScope: scopes[0] })
  }
}
