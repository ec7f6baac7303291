import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * What is stored of a secret: HMAC-SHA-256 with a salt, and that once more under a key that the database holds only encrypted.
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
export const hashAgainUnder = (key: Buffer, hash: Buffer): Buffer => hmac(key, hash)

type Candidate = HashedSecret & { readonly key: Buffer }

/** Whether a secret is one of the candidates. */
export type MatchSecret = (secret: string, candidates: readonly Candidate[]) => boolean

/**
 * A comparison with all candidates, and with at least as many as `comparisons`, so that its time reveals nothing about the
 * client.
 */
export function createSecretMatcher(comparisons: number): MatchSecret {
  const decoyKey = randomBytes(32)
  const decoy = { key: decoyKey, ...hashSecret(newClientSecret(), decoyKey) }
  return (secret, candidates) => {
    let matches = false
    for (let n = 0; n < Math.max(candidates.length, comparisons); n++) {
      const { key, salt, hash } = candidates[n] ?? decoy
      if (timingSafeEqual(hash, hashUnder(key, salt, secret)) && n < candidates.length) matches = true
    }
    return matches
  }
}
