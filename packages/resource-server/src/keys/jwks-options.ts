import type { Algorithm } from '@latchkey/access-token'

/** Where the public keys of access tokens are published. */
export type JwksOptions = {
  /** Address of the issuer's JWK Set (RFC 7517), such as `https://auth.example.com/.well-known/jwks.json`. */
  jwksUrl: string
  /** The only accepted algorithm; keys for others are ignored. */
  algorithm: Exclude<Algorithm, 'HS256'>
  /** How often the set is fetched again, in milliseconds; a key that left it is refused from then on. A minute unless given. */
  refreshMs?: number
  /** How long after a fetch no other is made for a `kid` that is not in the set, in milliseconds; 30 seconds unless given. */
  cooldownMs?: number
  /** How long a fetch may take, in milliseconds; a second unless given. */
  timeoutMs?: number
}

/** The longest delay of a timer, about 24 days; with a longer one it fires at once. */
const MAX_MS = 2 ** 31 - 1

/**
 * Fills in the defaults.
 *
 * @throws {TypeError} for options that would accept too much or fetch without pause
 */
export function withDefaults(options: JwksOptions): Required<JwksOptions> {
  const { jwksUrl, algorithm, refreshMs = 60_000, cooldownMs = 30_000, timeoutMs = 1000 } = options
  if (!URL.canParse(jwksUrl) || !['http:', 'https:'].includes(new URL(jwksUrl).protocol)) {
    throw new TypeError('keys.jwksUrl must be an http:// or https:// URL')
  }
  // The address is logged when it can't be reached.
  const { username, password } = new URL(jwksUrl)
  if (username !== '' || password !== '') throw new TypeError('keys.jwksUrl must hold no user and no password')
  if (algorithm !== 'ES256' && algorithm !== 'EdDSA') throw new TypeError("keys.algorithm must be 'ES256' or 'EdDSA'")
  for (const value of [refreshMs, cooldownMs, timeoutMs]) {
    if (!(value > 0 && value <= MAX_MS)) throw new TypeError('times of keys must lie between 0 ms and 24 days')
  }
  return { jwksUrl, algorithm, refreshMs, cooldownMs, timeoutMs }
}
