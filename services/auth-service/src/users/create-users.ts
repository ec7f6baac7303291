import type { RedisClient } from '../redis/redis-client.ts'
import { createPasswordHasher, type PasswordHasher, type PasswordHasherOptions } from './password-hasher.ts'
import { createPasswordPolicy, type PasswordPolicy } from './password-policy.ts'
import {
  createSignInLimiter,
  DEFAULT_SIGN_IN_LIMITS,
  type SignInLimiter,
  type SignInLimits,
} from './sign-in-limiter.ts'

type Dependencies = {
  readonly redis: RedisClient
  readonly keyPrefix: string
  readonly passwordMinLength: number
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
  const { redis, keyPrefix, passwordMinLength, passwordHashing, signInLimits } = dependencies
  return {
    hasher: createPasswordHasher(passwordHashing),
    policy: createPasswordPolicy({ minLength: passwordMinLength }),
    limiter: createSignInLimiter(redis, keyPrefix, signInLimits ?? DEFAULT_SIGN_IN_LIMITS),
  }
}
