/** How a token is signed (RFC 7518 section 3.1, RFC 8037 section 3.1): under a shared secret, or under a key pair. */
export const ALGORITHMS = ['HS256', 'ES256', 'EdDSA'] as const
export type Algorithm = (typeof ALGORITHMS)[number]

/** A key that checks signatures. The algorithm belongs to the key and is never taken from a token (RFC 8725 section 3.1). */
export type Key = {
  readonly kid: string
  readonly algorithm: Algorithm
  /** The shared secret of HS256, UTF-8 text; or a public key, PEM. */
  readonly verifyWith: string
}

/** A key that signs too. */
export type SigningKey = Key & {
  /** The shared secret of HS256, UTF-8 text; or a private key, PEM. */
  readonly signWith: string
}

/** The keys that are valid now, all of one algorithm. */
export type KeyRing<K extends Key = Key> = {
  readonly algorithm: Algorithm
  readonly keys: readonly K[]
  get(kid: string): K | undefined
}

/** The issuer's keys: the first one signs, all of them verify. */
export type SigningRing = KeyRing<SigningKey> & { readonly signing: SigningKey }

/** A key ring could not be used. The message names the key by its `kid` or place, and never shows a secret. */
export class KeyRingError extends Error {
  override readonly name = 'KeyRingError'
  readonly kid: string | undefined

  constructor(message: string, kid?: string) {
    super(message)
    this.kid = kid
  }
}

/** The form of a `kid`, fit for a path of a URL too. */
export const KID_PATTERN: RegExp = /^\w[\w.-]{0,63}$/

/** @throws {KeyRingError} there is no key, a kid or a key is there twice, or their algorithms differ */
export function createSigningRing(keys: readonly SigningKey[]): SigningRing {
  const ring = createKeyRing(keys)
  const [signing] = ring.keys
  if (signing === undefined) throw new KeyRingError('a key ring needs at least one key')
  return Object.freeze({ ...ring, signing })
}

/** @throws {KeyRingError} there is no key, a kid or a key is there twice, or their algorithms differ */
export function createKeyRing<K extends Key>(keys: readonly K[]): KeyRing<K> {
  const [first] = keys
  if (first === undefined) throw new KeyRingError('a key ring needs at least one key')
  const { algorithm } = first
  const byKid = new Map<string, K>()
  const kidOf = new Map<string, string>()
  for (const key of keys) {
    const { kid, verifyWith } = key
    if (key.algorithm !== algorithm) {
      throw new KeyRingError(`key '${kid}' is for ${key.algorithm}, key '${first.kid}' for ${algorithm}`, kid)
    }
    if (byKid.has(kid)) throw new KeyRingError(`two keys are called '${kid}'`, kid)
    const twin = kidOf.get(verifyWith)
    // Otherwise taking one kid out of the ring would not take the key out of use.
    if (twin !== undefined) {
      throw new KeyRingError(`keys '${twin}' and '${kid}' ${describeTwins(algorithm)}`, kid)
    }
    byKid.set(kid, key)
    kidOf.set(verifyWith, kid)
  }
  return Object.freeze({ algorithm, keys: Object.freeze([...keys]), get: (kid: string) => byKid.get(kid) })
}

const describeTwins = (algorithm: Algorithm): string =>
  algorithm === 'HS256' ? 'have the same secret' : 'are one and the same key'

/** Keeps a key's material out of log lines and JSON, should the key get there. */
export function hideMaterial<K extends Key>(key: K): K {
  for (const name of ['verifyWith', 'signWith']) {
    if (name in key) Object.defineProperty(key, name, { enumerable: false })
  }
  return Object.freeze(key)
}
