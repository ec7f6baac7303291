import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import {
  type Algorithm,
  createKeyRing,
  createSigningRing,
  hideMaterial,
  type Key,
  type KeyRing,
  KeyRingError,
  KID_PATTERN,
  type SigningKey,
  type SigningRing,
} from './key-ring.ts'

/** A public key of ours as it is published (RFC 7517 section 4, RFC 7518 section 6.2.1, RFC 8037 section 2). */
export type PublicJwk = {
  readonly kty: string
  readonly crv: string
  readonly x: string
  readonly y?: string
  readonly kid: string
  readonly alg: Algorithm
  readonly use: 'sig'
}

type Jwk = Readonly<Record<string, unknown>>

/**
 * Reads a JWK Set (RFC 7517 section 5) of private keys, for the issuer: ES256 on P-256, or EdDSA on Ed25519, every key with a
 * `kid`.
 *
 * @throws {KeyRingError} it is no JWK Set, a key can't be used, or the keys are not all of one algorithm
 */
export function parsePrivateKeys(text: string): SigningRing {
  return createSigningRing(readSet(text).map(readPrivateKey))
}

/**
 * Reads a JWK Set of public keys, for verifiers. A private key in it is a leak, and refused.
 *
 * @throws {KeyRingError} it is no JWK Set, a key can't be used, or the keys are not all of one algorithm
 */
export function parsePublicKeys(text: string): KeyRing {
  return createKeyRing(readSet(text).map(readPublicKey))
}

/**
 * Reads the public keys of one algorithm from what an issuer publishes, which may hold others, of which we understand
 * nothing (RFC 7517 section 5).
 *
 * @throws {KeyRingError} it is no JWK Set, or none of its keys is for us
 */
export function selectPublicKeys(text: string, algorithm: Algorithm): KeyRing {
  const keys = readSet(text).flatMap((jwk, index): Key[] => {
    try {
      const key = readPublicKey(jwk, index)
      return key.algorithm === algorithm ? [key] : []
    } catch {
      return []
    }
  })
  if (keys.length === 0) throw new KeyRingError(`the JWK Set has no key for ${algorithm}`)
  return createKeyRing(keys)
}

/** The part of a ring that may be published: public keys, nothing of shared secrets. */
export function publicJwks({ algorithm, keys }: KeyRing): { keys: PublicJwk[] } {
  if (algorithm === 'HS256') return { keys: [] }
  return {
    keys: keys.map(({ kid, verifyWith }) => {
      const { kty = '', crv = '', x = '', y } = createPublicKey(verifyWith).export({ format: 'jwk' })
      return { kty, crv, x, ...(y !== undefined && { y }), kid, alg: algorithm, use: 'sig' }
    }),
  }
}

function readSet(text: string): Jwk[] {
  let set: unknown
  try {
    set = JSON.parse(text)
  } catch {
    throw new KeyRingError('must be a JWK Set: JSON with a member keys')
  }
  if (!isObject(set) || !Array.isArray(set.keys) || !set.keys.every(isObject)) {
    throw new KeyRingError('must be a JWK Set: JSON with a list of keys')
  }
  return set.keys
}

function readPrivateKey(jwk: Jwk, index: number): SigningKey {
  const { kid, algorithm } = readHead(jwk, index)
  if (jwk.d === undefined) throw new KeyRingError(`key '${kid}' is not a private key`, kid)
  const privateKey = load(kid, () => createPrivateKey({ key: { ...jwk }, format: 'jwk' }))
  const publicKey = createPublicKey(privateKey)
  if (!isPair(privateKey, publicKey, algorithm)) {
    throw new KeyRingError(`the public and the private half of key '${kid}' don't belong together`, kid)
  }
  return hideMaterial({ kid, algorithm, verifyWith: pem(publicKey), signWith: pem(privateKey) })
}

function readPublicKey(jwk: Jwk, index: number): Key {
  const { kid, algorithm } = readHead(jwk, index)
  if (jwk.d !== undefined) throw new KeyRingError(`key '${kid}' is a private key: only its issuer may have it`, kid)
  const publicKey = load(kid, () => createPublicKey({ key: { ...jwk }, format: 'jwk' }))
  return hideMaterial({ kid, algorithm, verifyWith: pem(publicKey) })
}

function readHead(jwk: Jwk, index: number): { kid: string; algorithm: Algorithm } {
  const { kid, kty, crv, alg, use, key_ops: uses } = jwk
  if (typeof kid !== 'string' || !KID_PATTERN.test(kid)) {
    throw new KeyRingError(`key ${index + 1} must have a kid of 1 to 64 letters, digits, '.', '_', '-'`)
  }
  const algorithm = algorithmOf(kty, crv)
  if (algorithm === undefined) throw new KeyRingError(`key '${kid}' must be on P-256 (ES256) or Ed25519 (EdDSA)`, kid)
  if (alg !== undefined && alg !== algorithm) {
    throw new KeyRingError(`key '${kid}' is for ${algorithm}, and says something else in alg`, kid)
  }
  const isForSignatures = !Array.isArray(uses) || uses.some((each) => each === 'sign' || each === 'verify')
  if ((use !== undefined && use !== 'sig') || !isForSignatures)
    throw new KeyRingError(`key '${kid}' is not for signatures`, kid)
  return { kid, algorithm }
}

function algorithmOf(kty: unknown, crv: unknown): Algorithm | undefined {
  if (kty === 'EC' && crv === 'P-256') return 'ES256'
  if (kty === 'OKP' && crv === 'Ed25519') return 'EdDSA'
  return undefined
}

function load(kid: string, create: () => KeyObject): KeyObject {
  try {
    return create()
  } catch {
    // OpenSSL's own words say nothing to an operator, and could quote the key.
    throw new KeyRingError(`key '${kid}' is not a usable key`, kid)
  }
}

/** A signature made with the one must be good under the other, or no verifier could use what we sign. */
function isPair(privateKey: KeyObject, publicKey: KeyObject, algorithm: Algorithm): boolean {
  const digest = algorithm === 'ES256' ? 'sha256' : null
  const data = Buffer.from('a pair')
  return verify(digest, data, publicKey, sign(digest, data, privateKey))
}

function pem(key: KeyObject): string {
  return key.export({ format: 'pem', type: key.type === 'private' ? 'pkcs8' : 'spki' }).toString()
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
