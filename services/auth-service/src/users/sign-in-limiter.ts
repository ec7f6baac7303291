import { createHash } from 'node:crypto'
import ipaddr from 'ipaddr.js'
import { RateLimiterRedis, type RateLimiterRes } from 'rate-limiter-flexible'
import { TooManyTries } from '../errors.ts'
import type { RedisClient } from '../redis/redis-client.ts'

/** A limit of failed sign-ins: so many in so many seconds. */
export type FailureLimit = { readonly failures: number; readonly seconds: number }
export type SignInLimits = {
  /** For one account from one address: what a guesser meets first. */
  readonly accountFromAddress: FailureLimit
  /** For one account from anywhere (NIST SP 800-63B-4 §3.2.2: at most 100). */
  readonly account: FailureLimit
  /** From one address to any account: a spray of one password over many. */
  readonly address: FailureLimit
}

export type SignInAttempt = { readonly accountName: string; readonly address: string }

export type SignInLimiter = {
  /**
   * Counts the attempt as failed before it is judged, so that parallel guesses can't slip through together.
   * @throws {TooManyTries} without counting further
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

/** Failed sign-ins are counted in Redis, for all replicas together. It limits sign-in alone: who is signed in stays so. */
export function createSignInLimiter(redis: RedisClient, keyPrefix: string, limits: SignInLimits): SignInLimiter {
  const limiter = (name: keyof SignInLimits): RateLimiterRedis =>
    new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: `${keyPrefix}limit:${name}`,
      points: limits[name].failures,
      duration: limits[name].seconds,
    })
  const accountFromAddress = limiter('accountFromAddress')
  const account = limiter('account')
  const address = limiter('address')

  return {
    async begin(attempt) {
      const keys = keysOf(attempt)
      const results = await Promise.allSettled([
        accountFromAddress.consume(keys.accountFromAddress),
        account.consume(keys.account),
        address.consume(keys.address),
      ])
      const refusals = results.filter((result) => result.status === 'rejected').map((result) => result.reason)
      const failure = refusals.find((reason) => reason instanceof Error)
      if (failure) throw failure
      const waits = refusals.map((refusal: RateLimiterRes) => refusal.msBeforeNext)
      if (waits.length > 0) throw new TooManyTries(Math.max(1, Math.ceil(Math.max(...waits) / 1000)))
    },
    async succeeded(attempt) {
      const keys = keysOf(attempt)
      await Promise.all([
        accountFromAddress.delete(keys.accountFromAddress),
        account.delete(keys.account),
        address.reward(keys.address),
      ])
    },
  }
}

/** Account names are hashed: they are as long as their sender likes, and nobody's business in a key. */
function keysOf({ accountName, address }: SignInAttempt): Record<keyof SignInLimits, string> {
  const account = createHash('sha256').update(accountName).digest('base64url').slice(0, 22)
  const network = networkOf(address)
  return { account, address: network, accountFromAddress: `${account}:${network}` }
}

/** An IPv4 address, or the /64 of an IPv6 address: whoever has one address of it has all. */
export function networkOf(address: string): string {
  const parsed = ipaddr.process(address)
  return parsed instanceof ipaddr.IPv6
    ? parsed.parts
        .slice(0, 4)
        .map((part) => part.toString(16))
        .join(':')
    : parsed.toString()
}
