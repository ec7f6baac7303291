import type { RedisClient } from '../redis/redis-client.ts'
import { createFailureLimiter, type FailureLimit, hashedName, tooManyAttempts } from './failure-limiter.ts'
import { networkOf } from './network-of.ts'

/** Bounds what one address asks for without showing who it is. */
export type FloodLimiter = {
  /** Counts a request. @throws `too_many_requests` */
  admit(address: string): Promise<void>
}

/** @param name of what is limited; the counts of all replicas are one */
export function createFloodLimiter(
  redis: RedisClient,
  { keyPrefix, name, limit }: { keyPrefix: string; name: string; limit: FailureLimit },
): FloodLimiter {
  const limiter = createFailureLimiter(redis, `${keyPrefix}flood:${name}`, limit)
  return {
    async admit(address) {
      const wait = await limiter.count(hashedName(networkOf(address)))
      if (wait > 0) throw tooManyAttempts(wait)
    },
  }
}
