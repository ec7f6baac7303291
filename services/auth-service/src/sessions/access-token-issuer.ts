import { randomBytes } from 'node:crypto'
import type { AccessTokenClaims } from '@latchkey/access-token'
import { OWN_CLIENT_ID } from '../clients/service-client.ts'
import { MAX_TOKEN_BYTES } from '../permissions/token-size.ts'
import type { SessionKey, UserSnapshot } from './session.ts'

export type AccessTokenProfile = 'full' | 'minimal'

/** `expiresIn` in seconds from now. */
export type IssuedAccessToken = { readonly token: string; readonly expiresIn: number }

/** What a user's token carries: scopes with one space between them, and the version of the policy by which its roles give them. */
export type Granted = { readonly scope: string; readonly pol: number }

export type AccessTokenIssuer = {
  /**
   * Signs an access token of a service client.
   * @param version as it was read together with what the client may do
   */
  issueToClient(client: { clientId: string; version: number }, scope: string): IssuedAccessToken
  /** Signs a user's access token, which never outlives the session. `sessionExpiresAtMs` in epoch milliseconds. */
  issue(session: SessionKey, snapshot: UserSnapshot, sessionExpiresAtMs: number, granted: Granted): IssuedAccessToken
}

type Options = {
  readonly sign: (claims: AccessTokenClaims) => string
  readonly issuer: string
  readonly audience: string
  readonly ttlSeconds: number
  readonly profile: AccessTokenProfile
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** 128 random bits (ASVS 5.0, 11.5.1, for which a UUID has too few). */
const newTokenId = (): string => randomBytes(16).toString('base64url')

/** An address that nobody has proved is no statement of ours. */
const profileClaims = ({ username, fullName, email, emailVerified }: UserSnapshot['user']) => ({
  username,
  ...(fullName !== null && { name: fullName }),
  ...(emailVerified && { email, email_verified: true as const }),
})

export function createAccessTokenIssuer(options: Options): AccessTokenIssuer {
  const { sign, issuer, audience, ttlSeconds, profile, now } = options
  return {
    issueToClient({ clientId, version }, scope) {
      const iat = Math.floor(now() / 1000)
      const token = sign({
        iss: issuer,
        aud: audience,
        sub: clientId,
        iat,
        exp: iat + ttlSeconds,
        jti: newTokenId(),
        client_id: clientId,
        scope,
        // Verifiers of earlier versions refuse it, and go on accepting clients that never lost a scope.
        ...(version > 0 && { ver: version }),
      })
      return { token, expiresIn: ttlSeconds }
    },

    issue({ userId, deviceId, sid }, { user, tokenVersion }, sessionExpiresAtMs, { scope, pol }) {
      const iat = Math.floor(now() / 1000)
      const expiresIn = Math.max(1, Math.min(ttlSeconds, Math.floor(sessionExpiresAtMs / 1000) - iat))
      const claims: AccessTokenClaims = {
        iss: issuer,
        aud: audience,
        sub: userId,
        iat,
        exp: iat + expiresIn,
        jti: newTokenId(),
        client_id: OWN_CLIENT_ID,
        scope,
        sid,
        did: deviceId,
        ver: tokenVersion,
        roles: [...user.roles],
        pol,
      }
      const token = profile === 'full' ? sign({ ...claims, ...profileClaims(user) }) : sign(claims)
      // Long names and many scopes: a token that no cookie holds would be worth less than one without names.
      return { token: token.length > MAX_TOKEN_BYTES ? sign(claims) : token, expiresIn }
    },
  }
}
