import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * What is kept of a secret: HMAC-SHA-256 with a salt, and that once more under a key that is not in the database in clear.
 * A secret has 256 random bits, so no slow hash is needed.
 */
export type HashedSecret = { readonly salt: Buffer; readonly hash: Buffer }

/** With a prefix by which scanners find one that leaked into a repository. */
export const newClientSecret = (): string => `lks_${randomBytes(32).toString('base64url')}`

const hmac = (key: Buffer, data: string | Buffer): Buffer => createHmac('sha256', key).update(data).digest()

const hashUnder = (key: Buffer, salt: Buffer, secret: string): Buffer => hmac(key, hmac(salt, secret))

export function hashSecret(secret: string, key: Buffer): HashedSecret {
  const salt = randomBytes(16)
  return { salt, hash: hashUnder(key, salt, secret) }
}

/** Puts a hash that was made without a key under one. */
export const sealHash = (hash: Buffer, key: Buffer): Buffer => hmac(key, hash)

/** Compares with every kept secret, and with as many when there are none, so that time tells nothing about the client. */
export function matchesAny(
  secret: string,
  kept: readonly (HashedSecret & { readonly key: Buffer })[],
  expected: number,
): boolean {
  let matches = false
  for (let n = 0; n < Math.max(kept.length, expected); n++) {
    const { key, salt, hash } = kept[n] ?? DECOY
    if (timingSafeEqual(hash, hashUnder(key, salt, secret)) && n < kept.length) matches = true
  }
  return matches
}

const decoyKey = randomBytes(32)
const DECOY = { key: decoyKey, ...hashSecret(newClientSecret(), decoyKey) }
