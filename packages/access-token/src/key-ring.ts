/** A signing key. The algorithm belongs to the key and is never taken from a token (RFC 8725 section 3.1). */
export type Key = {
  readonly kid: string
  readonly algorithm: 'HS256'
  /** UTF-8 text of at least 32 bytes, the size of the hash (RFC 7518 section 3.2). */
  readonly secret: string
}

/** The keys that are valid now: the first one signs, all of them verify. */
export type KeyRing = {
  readonly signing: Key
  readonly keys: readonly Key[]
  get(kid: string): Key | undefined
}

/** A key ring could not be used. The message names the key by its `kid` or place, and never shows a secret. */
export class KeyRingError extends Error {
  override readonly name = 'KeyRingError'
  readonly kid: string | undefined

  constructor(message: string, kid?: string) {
    super(message)
    this.kid = kid
  }
}

const minSecretBytes = 32
const kidPattern = /^[\w.-]{1,64}$/

/**
 * Reads `kid:secret[,kid:secret…]`, or one bare secret, whose kid is then `default`. A secret is the text after the
 * first colon; it holds no comma. A bare secret holds neither colon nor comma.
 *
 * @throws {KeyRingError} a kid is malformed or used twice, a secret is short, repeated or holds control characters.
 */
export function parseKeyRing(text: string): KeyRing {
  const isBareSecret = !text.includes(':') && !text.includes(',')
  const keys = isBareSecret ? [createKey('default', text)] : text.split(',').map(parseEntry)
  return createKeyRing(keys)
}

/**
 * Two rings that share a secret would let a token of one kind be signed as the other.
 *
 * @throws {KeyRingError} a secret is in both rings.
 */
export function assertDisjoint(a: KeyRing, b: KeyRing): void {
  const secrets = new Map(a.keys.map((key) => [key.secret, key.kid]))
  for (const { kid, secret } of b.keys) {
    const other = secrets.get(secret)
    if (other !== undefined) {
      throw new KeyRingError(`keys '${other}' and '${kid}' of two different key rings have the same secret`, kid)
    }
  }
}

function parseEntry(entry: string, index: number): Key {
  const colon = entry.indexOf(':')
  const kid = entry.slice(0, Math.max(colon, 0))
  if (!kidPattern.test(kid)) {
    // What stands here may be (part of) a secret: it is named by its place only.
    throw new KeyRingError(
      `key ${index + 1} must read kid:secret, with a kid of 1 to 64 letters, digits, '.', '_', '-'`,
    )
  }
  return createKey(kid, entry.slice(colon + 1))
}

function createKey(kid: string, secret: string): Key {
  if (Buffer.byteLength(secret, 'utf8') < minSecretBytes) {
    throw new KeyRingError(`the secret of key '${kid}' is shorter than ${minSecretBytes} bytes`, kid)
  }
  if (/\p{Cc}/u.test(secret) || !secret.isWellFormed()) {
    throw new KeyRingError(`the secret of key '${kid}' holds control characters or broken text`, kid)
  }
  const key = { kid, algorithm: 'HS256', secret } as const
  // Not enumerable: a key that ends up in a log line or a JSON answer does not bring its secret along.
  return Object.freeze(Object.defineProperty(key, 'secret', { enumerable: false }))
}

function createKeyRing(keys: readonly Key[]): KeyRing {
  const byKid = new Map<string, Key>()
  const kidOfSecret = new Map<string, string>()
  for (const key of keys) {
    if (byKid.has(key.kid)) throw new KeyRingError(`two keys are called '${key.kid}'`, key.kid)
    const twin = kidOfSecret.get(key.secret)
    // Otherwise taking one kid out of the ring would not take the secret out of use.
    if (twin !== undefined) throw new KeyRingError(`keys '${twin}' and '${key.kid}' have the same secret`, key.kid)
    byKid.set(key.kid, key)
    kidOfSecret.set(key.secret, key.kid)
  }
  const [signing] = keys
  if (signing === undefined) throw new KeyRingError('a key ring needs at least one key')
  return Object.freeze({ signing, keys: Object.freeze([...keys]), get: (kid: string) => byKid.get(kid) })
}
