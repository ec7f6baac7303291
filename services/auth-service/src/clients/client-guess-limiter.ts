import { RateLimiterMemory } from 'rate-limiter-flexible'
import { createFailureLimiter, type FailureLimit, hashedName, tooManyAttempts } from '../limits/failure-limiter.ts'
import { networkOf } from '../limits/network-of.ts'
import type { RedisClient } from '../redis/redis-client.ts'

export type ClientGuessLimits = {
  /** For one client from one address. Beyond it no secret is checked. */
  readonly clientFromAddress: FailureLimit
  /** For one address with any client. Beyond it a wrong secret is answered with 429; a right one is still good. */
  readonly address: FailureLimit
}

export type ClientGuess = { readonly clientId: string; readonly address: string }

export type ClientGuessLimiter = {
  /** @throws `too_many_requests` after too many failures: even a right secret does not count for now */
  assertMayTry(guess: ClientGuess): Promise<void>
  /** Counts a failure. @throws `too_many_requests` */
  failed(guess: ClientGuess): Promise<void>
}

/**
 * Programs do not mistype: a minute is long for a guesser, and short for a service that got its new secret late. None of the
 * limits is per client alone, so that failures from elsewhere cannot shut a client out.
 */
export const DEFAULT_CLIENT_GUESS_LIMITS: ClientGuessLimits = {
  clientFromAddress: { failures: 30, seconds: 60 },
  address: { failures: 300, seconds: 60 },
}

/** Who is over the limit is kept in memory here, so that a good secret costs no round trip to Redis. */
export function createClientGuessLimiter(
  redis: RedisClient,
  keyPrefix: string,
  limits: ClientGuessLimits,
): ClientGuessLimiter {
  const limiter = (name: keyof ClientGuessLimits) =>
    createFailureLimiter(redis, `${keyPrefix}client-limit:${name}`, limits[name])
  const clientFromAddress = limiter('clientFromAddress')
  const address = limiter('address')
  const blocked = new RateLimiterMemory({ points: 0, duration: limits.clientFromAddress.seconds })

  return {
    async assertMayTry(guess) {
      const wait = (await blocked.get(keyOf(guess)))?.msBeforeNext ?? 0
      if (wait > 0) throw tooManyAttempts(wait)
    },
    async failed(guess) {
      const [ofClient, ofAddress] = await Promise.all([
        clientFromAddress.count(keyOf(guess)),
        address.count(hashedName(networkOf(guess.address))),
      ])
      if (ofClient > 0) await blocked.block(keyOf(guess), Math.ceil(ofClient / 1000))
      const wait = Math.max(ofClient, ofAddress)
      if (wait > 0) throw tooManyAttempts(wait)
    },
  }
}

const keyOf = ({ clientId, address }: ClientGuess): string =>
  `${hashedName(clientId)}:${hashedName(networkOf(address))}`
