import { availableParallelism } from 'node:os'
import argon2 from 'argon2'
import { createAdmission, type Standing } from '../limits/admission.ts'
import { normalizePassword } from './password-rules.ts'

/** Who asks decides whose turn it is: a `stranger` unless given. Both throw `unavailable` for what can't be done in time. */
export type PasswordHasher = {
  hash(password: string, standing?: Standing): Promise<string>
  /** Without a hash it does the same work, so that an account without a password takes as long as a wrong password. */
  verify(hash: string | null | undefined, password: string, standing?: Standing): Promise<boolean>
  /** Whether the hash was made with weaker settings than today's. */
  isOutdated(hash: string): boolean
}

export type PasswordHasherOptions = {
  readonly memoryKiB: number
  readonly passes: number
  /** What is expected to wait longer is refused. 700 milliseconds unless given: with what comes before and after, the answer is there in time. */
  readonly maxWaitMs?: number
}

/** OWASP Password Storage Cheat Sheet: argon2id with at least 19 MiB, two passes, one lane. */
const DEFAULT_HASHER_OPTIONS: PasswordHasherOptions = { memoryKiB: 19_456, passes: 2 }

/** Of each standing. At 25 ms a hash and two at once, as many as have their turn in time. */
const PLACES = 64
/**
 * argon2id on libuv's thread pool, never on the event loop. It takes half of the pool's four threads at most: name look-ups,
 * which every new connection needs, use the pool too.
 */
export function createPasswordHasher({
  memoryKiB,
  passes,
  maxWaitMs = 700,
}: PasswordHasherOptions = DEFAULT_HASHER_OPTIONS): PasswordHasher {
  const options = { type: argon2.argon2id, memoryCost: memoryKiB, timeCost: passes, parallelism: 1 } as const
  const { admit } = createAdmission({
    what: 'password hashing',
    concurrency: Math.min(2, availableParallelism()),
    places: PLACES,
    maxWaitMs,
  })
  let decoy: Promise<string> | undefined

  return {
    hash: (password, standing = 'stranger') => admit(standing, () => argon2.hash(normalizePassword(password), options)),
    async verify(hash, password, standing = 'stranger') {
      if (hash != null) return admit(standing, () => argon2.verify(hash, normalizePassword(password)))
      decoy ??= argon2.hash('no account has this password', options)
      const against = await decoy
      await admit(standing, () => argon2.verify(against, normalizePassword(password)))
      return false
    },
    isOutdated: (hash) => argon2.needsRehash(hash, options),
  }
}
