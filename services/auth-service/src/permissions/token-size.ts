import type { KeyRing } from '@latchkey/access-token'

/** A cookie holds 4,096 bytes with its name and attributes, and proxies have small buffers for headers. */
export const MAX_TOKEN_BYTES = 3500

/** What names and an address take up in nearly every token. Where they take more, the token goes without them. */
const PROFILE_BYTES = 400

type Ring = Pick<KeyRing, 'algorithm'> & { readonly signing: { readonly kid: string } }

/** For those who do not know the ring: no other one makes longer tokens. */
export const LARGEST_RING: Ring = { algorithm: 'EdDSA', signing: { kid: 'k'.repeat(64) } }

type Options = {
  readonly issuer: string
  readonly audience: string
  readonly ring: () => Ring
}

/** The bytes of the largest access token of a user with these roles. */
export type TokenSize = (roles: readonly string[], scopes: readonly string[]) => number

export function createTokenSize({ issuer, audience, ring }: Options): TokenSize {
  return (roles, scopes) => {
    const { algorithm, signing } = ring()
    const header = { alg: algorithm, typ: 'at+jwt', kid: signing.kid }
    const claims = {
      iss: issuer,
      aud: audience,
      sub: UUID,
      iat: SECONDS,
      exp: SECONDS,
      jti: 'j'.repeat(22),
      client_id: 'latchkey',
      scope: scopes.join(' '),
      sid: UUID,
      did: 'd'.repeat(64),
      ver: SECONDS,
      roles,
      pol: SECONDS,
    }
    const payloadBytes = Buffer.byteLength(JSON.stringify(claims)) + PROFILE_BYTES
    const signatureBytes = algorithm === 'HS256' ? 32 : 64
    return base64(Buffer.byteLength(JSON.stringify(header))) + base64(payloadBytes) + base64(signatureBytes) + 2
  }
}

const UUID = '00000000-0000-0000-0000-000000000000'
const SECONDS = 1e10

/** The length of so many bytes in base64url. */
const base64 = (bytes: number): number => Math.ceil((bytes * 4) / 3)
