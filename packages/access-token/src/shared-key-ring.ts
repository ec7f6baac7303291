import {
  createSigningRing,
  hideMaterial,
  type KeyRing,
  KeyRingError,
  KID_PATTERN,
  type SigningKey,
  type SigningRing,
} from './key-ring.ts'

/** The size of the hash (RFC 7518 section 3.2). */
const MIN_SECRET_BYTES = 32

/**
 * Reads a ring of shared secrets for HS256: `kid:secret[,kid:secret…]`, or one bare secret, whose kid is then `default`.
 * A secret is the text after the first colon; it holds no comma. A bare secret holds neither colon nor comma.
 *
 * @throws {KeyRingError} a kid is malformed or used twice, a secret is short, repeated or holds control characters
 */
export function parseKeyRing(text: string): SigningRing {
  const isBareSecret = !text.includes(':') && !text.includes(',')
  return createSigningRing(isBareSecret ? [createKey('default', text)] : text.split(',').map(parseEntry))
}

/**
 * Two rings that share a secret would let a token of one kind be signed as the other.
 *
 * @throws {KeyRingError} a secret is in both rings
 */
export function assertDisjoint(a: KeyRing, b: KeyRing): void {
  const secrets = new Map(a.keys.map((key) => [key.verifyWith, key.kid]))
  for (const { kid, verifyWith } of b.keys) {
    const other = secrets.get(verifyWith)
    if (other !== undefined) {
      throw new KeyRingError(`keys '${other}' and '${kid}' of two different key rings have the same secret`, kid)
    }
  }
}

function parseEntry(entry: string, index: number): SigningKey {
  const colon = entry.indexOf(':')
  const kid = entry.slice(0, Math.max(colon, 0))
  if (!KID_PATTERN.test(kid)) {
    // What stands here may be (part of) a secret: it is named by its place only.
    throw new KeyRingError(
      `key ${index + 1} must read kid:secret, with a kid of 1 to 64 letters, digits, '.', '_', '-'`,
    )
  }
  return createKey(kid, entry.slice(colon + 1))
}

function createKey(kid: string, secret: string): SigningKey {
  if (Buffer.byteLength(secret, 'utf8') < MIN_SECRET_BYTES) {
    throw new KeyRingError(`the secret of key '${kid}' is shorter than ${MIN_SECRET_BYTES} bytes`, kid)
  }
  if (/\p{Cc}/u.test(secret) || !secret.isWellFormed()) {
    throw new KeyRingError(`the secret of key '${kid}' holds control characters or broken text`, kid)
  }
  return hideMaterial({ kid, algorithm: 'HS256', verifyWith: secret, signWith: secret })
}
