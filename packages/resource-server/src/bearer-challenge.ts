import type { TokenError } from '@latchkey/access-token'
import { AccessError } from './access-error.ts'

/** Makes the answers of RFC 6750 section 3: errors with their `WWW-Authenticate: Bearer` challenge. */
export type Challenger = {
  /** No token came with the request: the challenge names no error. */
  unauthenticated(): AccessError
  /** More than one way of sending a token was used, or one was used in a wrong way. */
  invalidRequest(detail: string): AccessError
  invalidToken(error: TokenError): AccessError
  insufficientScope(scope: string): AccessError
  /** The challenge alone, for a token that was refused with this public text. */
  challengeOf(description: string): Record<'www-authenticate', string>
}

/** @param realm names the protected API, usually the audience of its tokens */
export function createChallenger(realm: string): Challenger {
  function challenge(attributes: Record<string, string>): Record<'www-authenticate', string> {
    const pairs = Object.entries({ realm, ...attributes }).map(([name, value]) => `${name}="${quotable(value)}"`)
    return { 'www-authenticate': `Bearer ${pairs.join(', ')}` }
  }

  function challengeOf(description: string): Record<'www-authenticate', string> {
    return challenge({ error: 'invalid_token', error_description: description })
  }

  const tokenChallenges = {
    invalid_token: challengeOf(new AccessError('invalid_token').message),
    token_expired: challengeOf(new AccessError('token_expired').message),
  }

  return {
    challengeOf,

    unauthenticated: () => new AccessError('unauthenticated', { headers: challenge({}) }),

    invalidRequest(detail) {
      const headers = challenge({ error: 'invalid_request', error_description: detail })
      return new AccessError('invalid_request', { detail, headers })
    },

    invalidToken: (cause) => new AccessError(cause.code, { headers: tokenChallenges[cause.code], cause }),

    insufficientScope(scope) {
      const headers = challenge({ error: 'insufficient_scope', scope })
      return new AccessError('insufficient_scope', { detail: `This call needs the scope ${scope}.`, headers })
    },
  }
}

/** Printable ASCII without quotes and backslashes, as RFC 6750 section 3 asks for. */
function quotable(value: string): string {
  return value.replaceAll('"', "'").replaceAll(/[^\x20-\x5b\x5d-\x7e]/g, '?')
}
