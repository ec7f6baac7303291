import { availableParallelism } from 'node:os'
import { unavailable } from '@latchkey/problems'
import argon2 from 'argon2'
import pLimit from 'p-limit'
import { normalizePassword } from './password-policy.ts'

export type PasswordHasher = {
  hash(password: string): Promise<string>
  /** Without a hash it does the same work, so that an account without a password takes as long as a wrong password. */
  verify(hash: string | null | undefined, password: string): Promise<boolean>
  /** Whether the hash was made with weaker settings than today's. */
  isOutdated(hash: string): boolean
}

export type PasswordHasherOptions = { readonly memoryKiB: number; readonly passes: number }

/** OWASP Password Storage Cheat Sheet: argon2id with at least 19 MiB, two passes, one lane. */
const DEFAULT_HASHER_OPTIONS: PasswordHasherOptions = { memoryKiB: 19_456, passes: 2 }

/** Most calls that wait for a hashing thread. More get 503 at once, instead of an answer after they have given up. */
const MAX_WAITING = 64

/**
 * argon2id on libuv's thread pool, never on the event loop. It takes half of the pool's four threads at most: name look-ups,
 * which every new connection needs, use the pool too.
 */
export function createPasswordHasher({
  memoryKiB,
  passes,
}: PasswordHasherOptions = DEFAULT_HASHER_OPTIONS): PasswordHasher {
  const options = { type: argon2.argon2id, memoryCost: memoryKiB, timeCost: passes, parallelism: 1 } as const
  const limit = pLimit(Math.min(2, availableParallelism()))
  const enqueue = <T>(work: () => Promise<T>): Promise<T> => {
    if (limit.pendingCount >= MAX_WAITING) throw unavailable(new Error('the queue for password hashing is full'))
    return limit(work)
  }
  let decoy: Promise<string> | undefined

  return {
    hash: async (password) => enqueue(() => argon2.hash(normalizePassword(password), options)),
    async verify(hash, password) {
      if (hash != null) return enqueue(() => argon2.verify(hash, normalizePassword(password)))
      decoy ??= argon2.hash('no account has this password', options)
      const against = await decoy
      await enqueue(() => argon2.verify(against, normalizePassword(password)))
      return false
    },
    isOutdated: (hash) => argon2.needsRehash(hash, options),
  }
}
