import { createHmac } from 'node:crypto'

export const kid = 'k1'
export const secret = 'the shared secret of these tests, at least 32 bytes'.replace(',', ';')
export const issuer = 'https://as.test'
export const audience = 'employees'

/** The time in all these tests: whole seconds since 1970. */
export const nowSeconds = 1_800_000_000

export const goodHeader = { alg: 'HS256', typ: 'at+jwt', kid }

export const goodClaims = {
  iss: issuer,
  aud: audience,
  sub: 'u1',
  iat: nowSeconds - 60,
  exp: nowSeconds + 840,
  jti: 'dGVzdC10b2tlbi1pZGVudA',
  client_id: 'web',
  scope: 'profile employees:read',
  sid: 's1',
  did: 'device-1',
  ver: 3,
  roles: ['user'],
}

/** A part of a token: a value is serialized, text and bytes are taken as they are. */
export type Part = object | string | Buffer

export function encode(part: Part): string {
  const octets = typeof part === 'string' || Buffer.isBuffer(part) ? part : JSON.stringify(part)
  return Buffer.from(octets).toString('base64url')
}

export type Signer = (input: string) => Buffer

/** Signs with HMAC; `hash` as node:crypto names it. */
export function hmac(key: string | Buffer, hash = 'sha256'): Signer {
  return (input) => createHmac(hash, key).update(input).digest()
}

/** Any two parts, signed by hand, with the ring's own key unless another signer is given. */
export function forgeToken(header: Part, payload: Part, sign: Signer = hmac(secret)): string {
  const input = `${encode(header)}.${encode(payload)}`
  return `${input}.${sign(input).toString('base64url')}`
}

/** A good token but for these claims; `undefined` leaves one out. */
export function tokenWith(claims: object = {}): string {
  return forgeToken(goodHeader, { ...goodClaims, ...claims })
}

/** A good token but for these header members. */
export function tokenUnder(header: object, sign?: Signer): string {
  return forgeToken({ ...goodHeader, ...header }, goodClaims, sign)
}

/** Good claims with one member replaced by this very text, for what JSON.stringify can't write. */
export function claimsWithText(name: keyof typeof goodClaims, text: string): string {
  return JSON.stringify({ ...goodClaims, [name]: '@' }).replace('"@"', text)
}
