import { createHash } from 'node:crypto'
import { commonProblems, type RateLimit } from '@latchkey/problems'
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { RedisClient } from '../redis/redis-client.ts'

/** The most failures within a window of time, which begins with the first of them. */
export type FailureLimit = { readonly failures: number; readonly seconds: number }

/** Counts failures by key. */
export type FailureLimiter = {
  /** Counts a failure. How long to wait then, in milliseconds; 0 within the limit. */
  count(key: string): Promise<number>
  /** Takes one failure back. */
  takeBack(key: string): Promise<void>
  reset(key: string): Promise<void>
}

/** The counts are in Redis, for all replicas together. */
export function createFailureLimiter(
  redis: RedisClient,
  keyPrefix: string,
  { failures, seconds }: FailureLimit,
): FailureLimiter {
  const counter = new RateLimiterRedis({ storeClient: redis, keyPrefix, points: failures, duration: seconds })
  return {
    async count(key) {
      try {
        await counter.consume(key)
        return 0
      } catch (refusal) {
        if (refusal instanceof RateLimiterRes) return Math.max(1, refusal.msBeforeNext)
        throw refusal
      }
    },
    async takeBack(key) {
      await counter.reward(key)
    },
    async reset(key) {
      await counter.delete(key)
    },
  }
}

/** A name or an address as part of a key: of one length, however long a name its sender chose, and not to be read there. */
export const hashedName = (name: string): string => createHash('sha256').update(name).digest('base64url').slice(0, 22)

/** @param waitMs until the next attempt counts */
export const tooManyAttempts = (waitMs: number, rateLimit: RateLimit): Error =>
  new commonProblems.too_many_requests({ retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)), rateLimit })
