import { type KeyRing, parseKeyRing } from '@latchkey/access-token'
import type { Log } from '@latchkey/problems'
import { followJwks, type JwksControl } from './jwks-follower.ts'
import type { JwksOptions } from './jwks-options.ts'

/** A ring; its text (`kid:secret[,kid:secret…]`); a function that is called at each request; or where the issuer publishes it. */
export type KeyOptions = KeyRing | (() => KeyRing) | string | JwksOptions

export type KeySource = {
  /** The ring of this moment. */
  readonly ring: () => KeyRing
  /** Where the issuer publishes the keys. */
  readonly jwks: JwksControl | undefined
}

/** @throws {TypeError | KeyRingError} there is no ring in the options */
export function keySourceOf(keys: KeyOptions, log: Pick<Log, 'info' | 'warn'>): KeySource {
  if (typeof keys !== 'object' || !('jwksUrl' in keys)) return { ring: ringOf(keys), jwks: undefined }
  const jwks = followJwks(keys, log)
  return { ring: jwks.ring, jwks }
}

function ringOf(keys: Exclude<KeyOptions, JwksOptions>): () => KeyRing {
  if (typeof keys === 'function') return keys
  const ring = typeof keys === 'string' ? parseKeyRing(keys) : keys
  // In plain JavaScript, an unset variable gets here.
  if (typeof ring?.get !== 'function') throw new TypeError('keys must be a key ring, its text, a function or a jwksUrl')
  return () => ring
}
