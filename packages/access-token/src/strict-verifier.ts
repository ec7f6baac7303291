// Our own around a JWT library: fast-jwt checks signatures, and no library checks all else that RFC 8725 asks for.

import { hasDuplicateMembers } from '@latchkey/problems'
import { createVerifier } from 'fast-jwt'
import { decodeCanonical, decodeSegment, splitToken } from './compact-token.ts'
import type { Key, KeyRing } from './key-ring.ts'
import { TokenError, UnknownKeyError } from './token-error.ts'
import { headerOf, readHeader, type TokenType } from './token-header.ts'

/** Checks a token's signature under one key and returns the parsed payload. Any error that it throws means a bad token. */
export type SignatureVerifier = (token: string) => unknown

export type StrictVerifierOptions = {
  /** Called for each token, so that a key which left the ring is refused at once. */
  ring: () => KeyRing
  typ: TokenType
  /** Makes the verifier of a key, once per key. */
  engine?: (key: Key) => SignatureVerifier
}

/**
 * Checks everything but the claims: compact form, canonical base64url, strict UTF-8, header members, key and algorithm,
 * signature, duplicate members. Claims, times among them, are for the caller to check.
 */
export function createStrictVerifier(options: StrictVerifierOptions): (token: string) => Record<string, unknown> {
  const { ring, typ, engine = fastJwtEngine } = options
  const verifiers = new WeakMap<Key, SignatureVerifier>()
  // Headers exactly as we write them, one for each key that was ever in the ring. Looking one up takes 0.1 µs, reading it 1.1 µs,
  // of a check that takes 14 µs: node scripts/run.mjs tools/bench/src/micro/token-header.ts
  const ownHeaders = new Map<string, { kid: string; alg: string }>()

  function findKey(segment: string): Key {
    const own = ownHeaders.get(segment)
    const { alg, kid } = own ?? readHeader(segment, typ)
    const key = ring().get(kid)
    if (key === undefined) throw new UnknownKeyError()
    if (key.algorithm !== alg) throw new TokenError('invalid_token', 'alg is not that of the key')
    if (own === undefined && segment === encodeHeader(key, typ)) ownHeaders.set(segment, { kid, alg })
    return key
  }

  function verifySignature(key: Key, token: string): unknown {
    let verifier = verifiers.get(key)
    if (verifier === undefined) {
      verifier = engine(key)
      verifiers.set(key, verifier)
    }
    try {
      return verifier(token)
    } catch (cause) {
      throw new TokenError('invalid_token', 'refused by the JWT library', { cause })
    }
  }

  return function verify(token) {
    const { header, payload, signature } = splitToken(token)
    const key = findKey(header)
    decodeCanonical(signature)
    const bytes = decodeSegment(payload)
    const claims = verifySignature(key, token)
    if (!isObject(claims)) throw new TokenError('invalid_token', 'the payload is not an object')
    if (hasDuplicateMembers(bytes, claims)) throw new TokenError('invalid_token', 'duplicate or too deep members')
    return claims
  }
}

/** The options that make fast-jwt check form, algorithm and signature, and leave the claims to us; no cache. */
export function signatureOptions(key: Key): {
  algorithms: Key['algorithm'][]
  ignoreExpiration: true
  ignoreNotBefore: true
} {
  return { algorithms: [key.algorithm], ignoreExpiration: true, ignoreNotBefore: true }
}

function fastJwtEngine(key: Key): SignatureVerifier {
  return createVerifier({ key: key.verifyWith, ...signatureOptions(key) })
}

function encodeHeader(key: Key, typ: TokenType): string {
  return Buffer.from(JSON.stringify(headerOf(key, typ))).toString('base64url')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
