import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** What is kept of a secret: HMAC-SHA-256 under a random key. A secret has 256 random bits, so no slow hash is needed. */
export type HashedSecret = { readonly salt: Buffer; readonly hash: Buffer }

/** With a prefix by which scanners find one that leaked into a repository. */
export const newClientSecret = (): string => `lks_${randomBytes(32).toString('base64url')}`

const hashUnder = (salt: Buffer, secret: string): Buffer => createHmac('sha256', salt).update(secret).digest()

export function hashSecret(secret: string): HashedSecret {
  const salt = randomBytes(16)
  return { salt, hash: hashUnder(salt, secret) }
}

/** Compares with every kept secret, and with as many when there are none, so that time tells nothing about the client. */
export function matchesAny(secret: string, kept: readonly HashedSecret[], expected: number): boolean {
  let matches = false
  for (let n = 0; n < Math.max(kept.length, expected); n++) {
    const { salt, hash } = kept[n] ?? DECOY
    if (timingSafeEqual(hash, hashUnder(salt, secret)) && n < kept.length) matches = true
  }
  return matches
}

const DECOY = hashSecret(newClientSecret())
