import { randomFillSync } from 'node:crypto'
import type { AccessTokenClaims } from '@latchkey/access-token'
import { OWN_CLIENT_ID } from '../clients/service-client.ts'
import type { SessionKey, UserSnapshot } from './session.ts'

export type AccessTokenProfile = 'full' | 'minimal'

export type AccessTokenIssuer = {
  /** Signs an access token of a service client. */
  issueToClient(clientId: string, scope: string): { token: string; life: number }
  /** Signs a user's access token. `life` in seconds; it never outlives the session, which expires at `sessionExpiresAt` (ms). */
  issue(
    session: SessionKey,
    snapshot: UserSnapshot,
    sessionExpiresAt: number,
    scope: string,
  ): { token: string; life: number }
}

type Options = {
  readonly sign: (claims: AccessTokenClaims) => string
  readonly issuer: string
  readonly audience: string
  readonly lifeSeconds: number
  readonly profile: AccessTokenProfile
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** Unguessable ids of 128 bits. Random bytes are drawn for many at once: asking for them one by one costs as much as the signature. */
const ID_BYTES = 16
const pool = Buffer.alloc(ID_BYTES * 256)
let used = pool.length
function newTokenId(): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += ID_BYTES
  return pool.toString('base64url', used - ID_BYTES, used)
}

export function createAccessTokenIssuer({
  sign,
  issuer,
  audience,
  lifeSeconds,
  profile,
  now,
}: Options): AccessTokenIssuer {
  return {
    issueToClient(clientId, scope) {
      const iat = Math.floor(now() / 1000)
      const exp = iat + lifeSeconds
      const token = sign({
        iss: issuer,
        aud: audience,
        sub: clientId,
        iat,
        exp,
        jti: newTokenId(),
        client_id: clientId,
        scope,
      })
      return { token, life: lifeSeconds }
    },

    issue({ userId, deviceId, sid }, { user, tokenVersion }, sessionExpiresAt, scope) {
      const iat = Math.floor(now() / 1000)
      const life = Math.max(1, Math.min(lifeSeconds, Math.floor(sessionExpiresAt / 1000) - iat))
      const token = sign({
        iss: issuer,
        aud: audience,
        sub: userId,
        iat,
        exp: iat + life,
        jti: newTokenId(),
        client_id: OWN_CLIENT_ID,
        scope,
        sid,
        did: deviceId,
        ver: tokenVersion,
        roles: [...user.roles],
        ...(profile === 'full' && { username: user.username, email: user.email }),
      })
      return { token, life }
    },
  }
}
