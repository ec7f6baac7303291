import type { Log } from '@latchkey/problems'
import type { RedisClient } from '../redis/redis-client.ts'
import { createBreachedPasswords } from './breached-passwords.ts'
import { createPasswordHasher, type PasswordHasher, type PasswordHasherOptions } from './password-hasher.ts'
import { createPasswordPolicy, type PasswordPolicy } from './password-policy.ts'
import {
  createSignInLimiter,
  DEFAULT_SIGN_IN_LIMITS,
  type SignInLimiter,
  type SignInLimits,
} from './sign-in-limiter.ts'

export type PasswordSettings = {
  /** In characters. */
  readonly minLength: number
  /** Words of the company and the product, which count as guessable. */
  readonly contextWords: readonly string[]
  /** Of a range service for breached passwords. */
  readonly breachedUrl: string | undefined
}

type Dependencies = {
  readonly redis: RedisClient
  readonly keyPrefix: string
  readonly log: Pick<Log, 'warn'>
  readonly passwords: PasswordSettings
  /** The production choices unless given. */
  readonly passwordHashing?: PasswordHasherOptions | undefined
  readonly signInLimits?: SignInLimits | undefined
}

/** What passwords are set and checked with. The policy has a thread of its own, to be closed. */
export type Users = {
  readonly hasher: PasswordHasher
  readonly policy: PasswordPolicy
  readonly limiter: SignInLimiter
}

export function createUsers(dependencies: Dependencies): Users {
  const { redis, keyPrefix, log, passwords, passwordHashing, signInLimits } = dependencies
  const { minLength, contextWords, breachedUrl } = passwords
  const breached = breachedUrl === undefined ? undefined : createBreachedPasswords(breachedUrl, log)
  return {
    hasher: createPasswordHasher(passwordHashing),
    policy: createPasswordPolicy({ minLength, contextWords, breached }),
    limiter: createSignInLimiter(redis, keyPrefix, signInLimits ?? DEFAULT_SIGN_IN_LIMITS),
  }
}
