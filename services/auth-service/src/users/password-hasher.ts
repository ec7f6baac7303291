import { availableParallelism } from 'node:os'
import argon2 from 'argon2'
import pLimit from 'p-limit'
import { busy } from '../errors.ts'
import { normalizePassword } from './password-policy.ts'

export type PasswordHasher = {
  hash(password: string): Promise<string>
  /** Without a hash the same work is done for nothing, so that a missing account takes as long as a wrong password. */
  verify(hash: string | undefined, password: string): Promise<boolean>
  /** Whether the hash was made with weaker settings than today's. */
  isOutdated(hash: string): boolean
}

export type PasswordHasherOptions = { readonly memoryKiB: number; readonly passes: number }

/** OWASP Password Storage Cheat Sheet: argon2id with at least 19 MiB, two passes, one lane. */
const DEFAULT_HASHER_OPTIONS: PasswordHasherOptions = { memoryKiB: 19_456, passes: 2 }

/** Sign-ins waiting for a free hashing thread; more are told to come back (503) rather than kept waiting past their patience. */
const MAX_WAITING = 64

/**
 * argon2id on libuv's thread pool, never on the event loop. Half of the pool's four threads at most: the others
 * keep serving name look-ups, without which no lost connection comes back.
 */
export function createPasswordHasher({
  memoryKiB,
  passes,
}: PasswordHasherOptions = DEFAULT_HASHER_OPTIONS): PasswordHasher {
  const options = { type: argon2.argon2id, memoryCost: memoryKiB, timeCost: passes, parallelism: 1 } as const
  const limit = pLimit(Math.min(2, availableParallelism()))
  const hashed = <T>(work: () => Promise<T>): Promise<T> => {
    if (limit.pendingCount >= MAX_WAITING) throw busy()
    return limit(work)
  }
  let decoy: Promise<string> | undefined

  return {
    hash: async (password) => hashed(() => argon2.hash(normalizePassword(password), options)),
    async verify(hash, password) {
      if (hash !== undefined) return hashed(() => argon2.verify(hash, normalizePassword(password)))
      decoy ??= argon2.hash('no account has this password', options)
      const against = await decoy
      await hashed(() => argon2.verify(against, normalizePassword(password)))
      return false
    },
    isOutdated: (hash) => argon2.needsRehash(hash, options),
  }
}
