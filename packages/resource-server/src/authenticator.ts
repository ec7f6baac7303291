import { type AccessTokenClaims, TokenError, UnknownKeyError } from '@latchkey/access-token'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type AccessCheck, runChecks } from './access-checks.ts'
import { AccessError, isPublicError } from './access-error.ts'
import type { Challenger } from './bearer-challenge.ts'
import { readToken } from './credentials.ts'
import { withDeadline } from './deadline.ts'

/** The claims of the request's token once it was found good, else null. */
export const verifiedClaims: unique symbol = Symbol('latchkey.verified-claims')

declare module 'fastify' {
  interface FastifyRequest {
    [verifiedClaims]: AccessTokenClaims | null
  }
}

export type AuthenticatorOptions = {
  challenger: Challenger
  verify: (token: string) => AccessTokenClaims
  /** Asked when a token's key is not known: a promise to try again after, or undefined when that is no use. */
  lookForKey: () => Promise<void> | undefined
  checks: readonly AccessCheck[]
  /** How long asynchronous checks may take together, in milliseconds. */
  checkTimeoutMs: number
  allowedOrigins: readonly string[]
}

/** Calls back once, without an error only when the request carries a good token. Never throws. */
export type Authenticate = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => void

export function createAuthenticator(options: AuthenticatorOptions): Authenticate {
  const { challenger, verify, lookForKey, checks, checkTimeoutMs, allowedOrigins } = options

  function check(request: FastifyRequest): void | Promise<void> {
    const token = readToken(request, challenger, allowedOrigins)
    let claims: AccessTokenClaims
    try {
      claims = verify(token)
    } catch (error) {
      const looking = error instanceof UnknownKeyError ? lookForKey() : undefined
      if (looking === undefined) throw error
      return looking.then(() => accept(request, verify(token)))
    }
    return accept(request, claims)
  }

  function accept(request: FastifyRequest, claims: AccessTokenClaims): void | Promise<void> {
    request[verifiedClaims] = claims
    return runChecks(checks, request, claims)
  }

  /** The public face of whatever went wrong: never anything but 4xx or 503. */
  function toRefusal(error: unknown, reply: FastifyReply): Error {
    if (error instanceof TokenError) return challenger.invalidToken(error)
    // Not a verdict on the token, so no 401: the client would throw a good token away.
    if (!isPublicError(error)) return new AccessError('unavailable', { headers: { 'retry-after': '1' }, cause: error })
    if (error.statusCode === 401 && error.headers?.['www-authenticate'] === undefined) {
      reply.headers(challenger.challengeOf(error.message))
    }
    return error
  }

  return function authenticate(request, reply, done) {
    // A nested scope asks again for what the scope around it has settled.
    if (request[verifiedClaims] !== null) return done()

    function refuse(error: unknown): void {
      request[verifiedClaims] = null
      done(toRefusal(error, reply))
    }

    let pending: void | Promise<void>
    try {
      pending = check(request)
    } catch (error) {
      return refuse(error)
    }
    if (pending === undefined) done()
    else withDeadline(pending, checkTimeoutMs, 'an access check').then(() => done(), refuse)
  }
}
