import { randomBytes, randomUUID } from 'node:crypto'
import { createAccessTokenSigner, createRefreshTokenSigner, parseKeyRing } from '@latchkey/access-token'
import { createRecordEnvelopes, createSnapshotRecords, type SnapshotRecords } from '@latchkey/auth-service/bench'

export const ISSUER = 'http://localhost:3001'
export const AUDIENCE = 'latchkey'
export const KID = 'bench'
export const ACCESS_SECRET = 'bench-access-0123456789abcdef0123456789'
export const REFRESH_SECRET = 'bench-refresh-0123456789abcdef0123456789'
export const ACCESS_TTL_SECONDS = 900

const accessRing = parseKeyRing(`${KID}:${ACCESS_SECRET}`)
const refreshRing = parseKeyRing(`${KID}:${REFRESH_SECRET}`)
const signAccessToken = createAccessTokenSigner({ ring: () => accessRing })

export const signRefreshToken = createRefreshTokenSigner({ ring: () => refreshRing })

/** As a service with {@link tokenEnvironment} keeps them. */
export const snapshots: SnapshotRecords = createSnapshotRecords({
  envelopes: createRecordEnvelopes({ ring: () => refreshRing, now: Date.now }),
  versions: { admits: () => true },
})

/** Settings of the key rings and of employee-service's own client. */
export const tokenEnvironment = {
  ACCESS_TOKEN_SECRET: `${KID}:${ACCESS_SECRET}`,
  REFRESH_TOKEN_SECRET: `${KID}:${REFRESH_SECRET}`,
  TOKEN_ISSUER: ISSUER,
  TOKEN_AUDIENCE: AUDIENCE,
  // Never called: no employee is terminated.
  AUTH_URL: ISSUER,
  EMPLOYEE_CLIENT_SECRET: 'bench-client-0123456789abcdef0123456789',
}

/** Access tokens of `count` users with all claims of a sign-in, valid for an hour. */
export function accessTokens(count: number, scope = 'profile employees:read'): string[] {
  return Array.from({ length: count }, (_, n) => {
    const iat = Math.floor(Date.now() / 1000)
    return signAccessToken({
      iss: ISSUER,
      aud: AUDIENCE,
      sub: randomUUID(),
      iat,
      exp: iat + 3600,
      jti: randomBytes(16).toString('base64url'),
      client_id: 'latchkey',
      scope,
      sid: randomBytes(16).toString('base64url'),
      did: randomBytes(16).toString('base64url'),
      ver: 0,
      roles: ['user'],
      username: `user${n}`,
      email: `user${n}@example.com`,
    })
  })
}
