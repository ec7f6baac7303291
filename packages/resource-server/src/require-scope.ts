import type { onRequestHookHandler } from 'fastify'
import { AccessError } from './access-error.ts'
import type { Authenticate } from './authenticator.ts'
import type { Refuse } from './refusal.ts'

/** One scope token (RFC 6749 section 3.3). */
const scopePattern = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/** Makes hooks that let requests pass with a good access token that holds a scope. They throw a TypeError for what is no scope. */
export function createRequireScope(
  authenticate: Authenticate,
  refuse: Refuse,
): (scope: string) => onRequestHookHandler {
  return (scope) => {
    if (!scopePattern.test(scope)) throw new TypeError(`${JSON.stringify(scope)} is not a scope`)
    const detail = `This call needs the scope ${scope}.`
    return (request, reply, next) =>
      authenticate(request, reply, (error) => {
        if (error !== undefined) next(error)
        else if (hasScope(request.accessToken.scope, scope)) next()
        else next(refuse(new AccessError('insufficient_scope', { detail, requiredScope: scope }), reply))
      })
  }
}

/** @param granted scopes with one space between them */
function hasScope(granted: string, required: string): boolean {
  return ` ${granted} `.includes(` ${required} `)
}
