import { createFailureLimiter, type FailureLimit, hashedName, tooManyAttempts } from '../limits/failure-limiter.ts'
import { networkOf } from '../limits/network-of.ts'
import type { RedisClient } from '../redis/redis-client.ts'

export type SignInLimits = {
  /** For one account from one address: what a guesser meets first. */
  readonly accountFromAddress: FailureLimit
  /** For one account from anywhere (NIST SP 800-63B-4 §3.2.2: at most 100). */
  readonly account: FailureLimit
  /** From one address to any account: a spray of one password over many. */
  readonly address: FailureLimit
}

export type SignInAttempt = { readonly accountName: string; readonly address: string }

/** Limits failed sign-ins alone: a user who is signed in stays so. */
export type SignInLimiter = {
  /**
   * Counts the attempt as failed before the password is checked, so that parallel guesses cannot pass together.
   * @throws `too_many_requests`
   */
  begin(attempt: SignInAttempt): Promise<void>
  /** Takes the count back: the password was right. */
  succeeded(attempt: SignInAttempt): Promise<void>
}

export const DEFAULT_SIGN_IN_LIMITS: SignInLimits = {
  accountFromAddress: { failures: 50, seconds: 15 * 60 },
  account: { failures: 100, seconds: 60 * 60 },
  address: { failures: 1000, seconds: 15 * 60 },
}

export function createSignInLimiter(redis: RedisClient, keyPrefix: string, limits: SignInLimits): SignInLimiter {
  const limiter = (name: keyof SignInLimits) => createFailureLimiter(redis, `${keyPrefix}limit:${name}`, limits[name])
  const accountFromAddress = limiter('accountFromAddress')
  const account = limiter('account')
  const address = limiter('address')

  return {
    async begin(attempt) {
      const keys = keysOf(attempt)
      const waits = await Promise.all([
        accountFromAddress.count(keys.accountFromAddress),
        account.count(keys.account),
        address.count(keys.address),
      ])
      const wait = Math.max(...waits)
      if (wait > 0) throw tooManyAttempts(wait)
    },
    async succeeded(attempt) {
      const keys = keysOf(attempt)
      await Promise.all([
        accountFromAddress.reset(keys.accountFromAddress),
        account.reset(keys.account),
        address.takeBack(keys.address),
      ])
    },
  }
}

function keysOf(attempt: SignInAttempt): Record<keyof SignInLimits, string> {
  const account = hashedName(attempt.accountName)
  const address = hashedName(networkOf(attempt.address))
  return { account, address, accountFromAddress: `${account}:${address}` }
}
