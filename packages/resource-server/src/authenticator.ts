import { type AccessTokenClaims, UnknownKeyError } from '@latchkey/access-token'
import { withDeadline } from '@latchkey/problems'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type AccessCheck, runChecks } from './access-checks.ts'
import { readToken } from './credentials.ts'
import type { Refuse } from './refusal.ts'

/** The claims of the request's token once it was found good, else null. */
export const verifiedClaims: unique symbol = Symbol('latchkey.verified-claims')

declare module 'fastify' {
  interface FastifyRequest {
    [verifiedClaims]: AccessTokenClaims | null
  }
}

export type AuthenticatorOptions = {
  verify: (token: string) => AccessTokenClaims
  refuse: Refuse
  /** Called when a token's key is not known: a promise after which to try again, or undefined when that is no use. */
  refreshKeys: () => Promise<void> | undefined
  checks: readonly AccessCheck[]
  /** How long asynchronous checks may take together, in milliseconds. */
  checkTimeoutMs: number
  allowedOrigins: readonly string[]
}

/** Calls back once, without an error only when the request carries a good token. Never throws. */
export type Authenticate = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => void

export function createAuthenticator(options: AuthenticatorOptions): Authenticate {
  const { verify, refuse, refreshKeys, checks, checkTimeoutMs, allowedOrigins } = options

  function check(request: FastifyRequest): void | Promise<void> {
    const token = readToken(request, allowedOrigins)
    let claims: AccessTokenClaims
    try {
      claims = verify(token)
    } catch (error) {
      const refreshing = error instanceof UnknownKeyError ? refreshKeys() : undefined
      if (refreshing === undefined) throw error
      return refreshing.then(() => accept(request, verify(token)))
    }
    return accept(request, claims)
  }

  function accept(request: FastifyRequest, claims: AccessTokenClaims): void | Promise<void> {
    request[verifiedClaims] = claims
    return runChecks(checks, request, claims)
  }

  return function authenticate(request, reply, done) {
    // Already authenticated by an outer scope.
    if (request[verifiedClaims] !== null) return done()

    function fail(error: unknown): void {
      request[verifiedClaims] = null
      done(refuse(error, reply))
    }

    let pending: void | Promise<void>
    try {
      pending = check(request)
    } catch (error) {
      return fail(error)
    }
    if (pending === undefined) done()
    else withDeadline(pending, checkTimeoutMs, { what: 'an access check' }).then(() => done(), fail)
  }
}
