import { createSigner } from 'fast-jwt'
import type { AccessTokenClaims } from './access-token-claims.ts'
import type { DeviceTokenClaims } from './device-token.ts'
import type { SigningKey, SigningRing } from './key-ring.ts'
import type { RefreshTokenClaims } from './refresh-token.ts'
import { headerOf, type TokenType } from './token-header.ts'

type SignerOptions = {
  /** Called for each token: its signing key counts from the moment it is there. */
  ring: () => SigningRing
}

/** Signs access tokens. The header is exactly `alg`, `typ: at+jwt`, `kid`; claims keep the order in which they are given. */
export function createAccessTokenSigner({ ring }: SignerOptions): (claims: AccessTokenClaims) => string {
  return createTokenSigner(ring, 'at+jwt')
}

/**
 * Signs refresh tokens. Deterministic: the same claims under the same key give the same bytes, so that a repeated
 * request gets the very successor that the first one got, without any token being stored.
 */
export function createRefreshTokenSigner({ ring }: SignerOptions): (claims: RefreshTokenClaims) => string {
  const sign = createTokenSigner(ring, 'rt+jwt')
  return ({ sub, did, sid, gen, iat, exp }) => sign({ sub, did, sid, gen, iat, exp })
}

/** Signs device tokens, of the ring that signs refresh tokens. */
export function createDeviceTokenSigner({ ring }: SignerOptions): (claims: DeviceTokenClaims) => string {
  const sign = createTokenSigner(ring, 'dt+jwt')
  return ({ did, acc, iat, exp }) => sign({ did, acc, iat, exp })
}

function createTokenSigner(ring: () => SigningRing, typ: TokenType): (payload: object) => string {
  const signers = new WeakMap<SigningKey, (payload: object) => string>()
  return (payload) => {
    const key = ring().signing
    let sign = signers.get(key)
    if (sign === undefined) {
      sign = createSigner<object>({ key: key.signWith, algorithm: key.algorithm, header: headerOf(key, typ) })
      signers.set(key, sign)
    }
    return sign(payload)
  }
}
