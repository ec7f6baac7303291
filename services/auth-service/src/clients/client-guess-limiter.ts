import { createHash } from 'node:crypto'
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import { TooManyTries } from '../errors.ts'
import type { RedisClient } from '../redis/redis-client.ts'
import { type FailureLimit, networkOf } from '../users/sign-in-limiter.ts'

export type ClientGuessLimits = {
  /** For one client from one address. Beyond it no secret is looked at. */
  readonly clientFromAddress: FailureLimit
  /** For one address with any client. Beyond it a wrong secret is answered with 429; a right one is still good. */
  readonly address: FailureLimit
}

export type ClientGuess = { readonly clientId: string; readonly address: string }

export type ClientGuessLimiter = {
  /** @throws {TooManyTries} when there were too many failures: even a right secret does not count for now */
  assertMayTry(guess: ClientGuess): Promise<void>
  /** Counts a failure. @throws {TooManyTries} */
  failed(guess: ClientGuess): Promise<void>
}

/**
 * Programs do not mistype: a minute is long for a guesser and short for a service that was given its new secret late. None
 * is per client alone: whoever fails from elsewhere must not shut it out.
 */
export const DEFAULT_CLIENT_GUESS_LIMITS: ClientGuessLimits = {
  clientFromAddress: { failures: 30, seconds: 60 },
  address: { failures: 300, seconds: 60 },
}

/** Failures are counted in Redis, for all replicas together; who is over the limit is kept in mind here, so that a good secret costs nothing. */
export function createClientGuessLimiter(
  redis: RedisClient,
  keyPrefix: string,
  limits: ClientGuessLimits,
): ClientGuessLimiter {
  const limiter = (name: keyof ClientGuessLimits): RateLimiterRedis =>
    new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: `${keyPrefix}client-limit:${name}`,
      points: limits[name].failures,
      duration: limits[name].seconds,
    })
  const counted = { clientFromAddress: limiter('clientFromAddress'), address: limiter('address') }
  const blocked = new RateLimiterMemory({ points: 0, duration: limits.clientFromAddress.seconds })

  return {
    async assertMayTry(guess) {
      const wait = (await blocked.get(keyOf(guess)))?.msBeforeNext ?? 0
      if (wait > 0) throw tooMany(wait)
    },
    async failed(guess) {
      const [mine, all] = await Promise.all([
        waitAfter(counted.clientFromAddress, keyOf(guess)),
        waitAfter(counted.address, networkOf(guess.address)),
      ])
      if (mine > 0) await blocked.block(keyOf(guess), Math.ceil(mine / 1000))
      if (mine > 0 || all > 0) throw tooMany(Math.max(mine, all))
    },
  }
}

/** Counts one, and says how long to wait: 0 within the limit. In milliseconds. */
async function waitAfter(limiter: RateLimiterRedis, key: string): Promise<number> {
  try {
    await limiter.consume(key)
    return 0
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return refusal.msBeforeNext
    throw refusal
  }
}

const tooMany = (waitMs: number): Error => new TooManyTries(Math.max(1, Math.ceil(waitMs / 1000)))

/** Client ids are hashed: what is sent as one is as long as its sender likes. */
function keyOf({ clientId, address }: ClientGuess): string {
  return `${createHash('sha256').update(clientId).digest('base64url').slice(0, 22)}:${networkOf(address)}`
}
