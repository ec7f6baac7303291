import { isCount, isDeviceId, isIdentifier, isTime } from './claim-types.ts'
import type { KeyRing, SigningRing } from './key-ring.ts'
import { createRingSigner } from './signer.ts'
import { createStrictVerifier } from './strict-verifier.ts'
import { TokenError } from './token-error.ts'

/** What a refresh token says: user, device, session, generation within the session; times in whole seconds. */
export type RefreshTokenClaims = { sub: string; did: string; sid: string; gen: number; iat: number; exp: number }

/**
 * Signs refresh tokens. Deterministic: the same claims under the same key give the same bytes, so that a repeated
 * request gets the very successor that the first one got, without any token being stored.
 */
export function createRefreshTokenSigner({
  ring,
}: {
  ring: () => SigningRing
}): (claims: RefreshTokenClaims) => string {
  const sign = createRingSigner(ring, 'rt+jwt')
  return ({ sub, did, sid, gen, iat, exp }) => sign({ sub, did, sid, gen, iat, exp })
}

/**
 * Tells whether we issued a refresh token, and for what. Whether it is still good, its `exp` included, is for the
 * session store to say: an ended session has a reason that the holder should hear.
 *
 * The verifier throws {@link TokenError} `invalid_token`.
 */
export function createRefreshTokenVerifier({ ring }: { ring: () => KeyRing }): (token: string) => RefreshTokenClaims {
  const verify = createStrictVerifier({ ring, typ: 'rt+jwt' })
  return (token) => {
    const { sub, did, sid, gen, iat, exp } = verify(token)
    if (!isIdentifier(sub)) throw refused('sub')
    if (!isDeviceId(did)) throw refused('did')
    if (!isIdentifier(sid)) throw refused('sid')
    if (!isCount(gen)) throw refused('gen')
    if (!isTime(iat)) throw refused('iat')
    if (!isTime(exp)) throw refused('exp')
    return { sub, did, sid, gen, iat, exp }
  }
}

function refused(claim: string): TokenError {
  return new TokenError('invalid_token', `the claim ${claim} was refused`)
}
