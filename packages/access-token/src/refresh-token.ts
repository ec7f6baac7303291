import { isCount, isDeviceId, isIdentifier, isTime } from './claim-types.ts'
import type { KeyRing } from './key-ring.ts'
import { createStrictVerifier } from './strict-verifier.ts'
import { TokenError } from './token-error.ts'

/** The claims of a refresh token: user, device, session, generation within the session; times in whole seconds since 1970. */
export type RefreshTokenClaims = { sub: string; did: string; sid: string; gen: number; iat: number; exp: number }

/**
 * Checks that a refresh token is one of ours, and reads its claims. Whether it is still good, its `exp` included, is for the
 * session store to decide: an ended session has a reason, which its holder gets.
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
