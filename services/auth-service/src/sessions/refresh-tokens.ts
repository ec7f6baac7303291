import {
  createRefreshTokenSigner,
  createRefreshTokenVerifier,
  type RefreshTokenClaims,
  type SigningRing,
} from '@latchkey/access-token'
import type { IssuedGeneration, SessionKey } from './session.ts'
import type { PresentedGeneration } from './session-commands.ts'

/** Refresh tokens as text. What they say is all in the session store, so that the same generation gives the same token. */
export type RefreshTokens = {
  sign(session: SessionKey, issued: IssuedGeneration): string
  /** @throws TokenError for what is no refresh token of ours */
  read(token: string): PresentedGeneration
}

export function createRefreshTokens(ring: () => SigningRing): RefreshTokens {
  const sign = createRefreshTokenSigner({ ring })
  const verify = createRefreshTokenVerifier({ ring })
  return {
    sign: ({ userId, deviceId, sid }, { generation, issuedAtMs, expiresAtMs }) =>
      sign({
        sub: userId,
        did: deviceId,
        sid,
        gen: generation,
        iat: Math.floor(issuedAtMs / 1000),
        exp: Math.floor(expiresAtMs / 1000),
      }),
    read: (token) => toPresented(verify(token)),
  }
}

const toPresented = ({ sub, did, sid, gen, exp }: RefreshTokenClaims): PresentedGeneration => ({
  userId: sub,
  deviceId: did,
  sid,
  generation: gen,
  expiresAtMs: exp * 1000,
})
