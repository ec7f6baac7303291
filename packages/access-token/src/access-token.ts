import { type AccessTokenClaims, type AccessTokenExpectations, readAccessTokenClaims } from './access-token-claims.ts'
import type { Key, KeyRing } from './key-ring.ts'
import { createStrictVerifier, type SignatureVerifier } from './strict-verifier.ts'

export type AccessTokenVerifierOptions = {
  /** Called for each token: a key counts from when it comes to when it goes. */
  ring: () => KeyRing
  issuer: string
  audience: string
  /** How far the clocks of signer and verifier may be apart, in seconds: 0 to 60. */
  clockToleranceSeconds?: number
  /** The time in milliseconds since 1970. */
  now?: () => number
  /** Makes what checks signatures under a key, once per key; fast-jwt unless given. */
  engine?: (key: Key) => SignatureVerifier
}

/**
 * The whole check of an access token (RFC 9068 section 4, RFC 8725), local and synchronous. Nothing about a token is
 * cached, so nothing outlives its `exp` or its key.
 *
 * The verifier throws {@link TokenError}.
 *
 * @throws {TypeError} issuer or audience is empty, or the tolerance out of range: such a check would pass too much
 */
export function createAccessTokenVerifier(options: AccessTokenVerifierOptions): (token: string) => AccessTokenClaims {
  const { ring, engine, issuer, audience, clockToleranceSeconds = 5, now = Date.now } = options
  if (!issuer || !audience) throw new TypeError('issuer and audience of access tokens must not be empty')
  if (!(clockToleranceSeconds >= 0 && clockToleranceSeconds <= 60)) {
    throw new TypeError('clockToleranceSeconds must lie between 0 and 60')
  }
  const expectations: AccessTokenExpectations = { issuer, audience, clockToleranceSeconds }
  const verify = createStrictVerifier({ ring, typ: 'at+jwt', ...(engine && { engine }) })
  return (token) => readAccessTokenClaims(verify(token), expectations, now())
}
