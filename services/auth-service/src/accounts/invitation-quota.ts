import { createFailureLimiter, type FailureLimit, hashedName, tooManyAttempts } from '../limits/failure-limiter.ts'
import type { RedisClient } from '../redis/redis-client.ts'
import type { Caller } from './account-bound.ts'

/** Bounds the invitations of one caller, to any address, those that are withdrawn again included. */
export type InvitationQuota = {
  /** Counts what succeeds. @throws `too_many_requests` before `invite` is called, and what it throws */
  spend<Result>(caller: Caller, invite: () => Promise<Result>): Promise<Result>
}

const DAY_SECONDS = 24 * 3600
const LIMITS: Readonly<Record<Caller['kind'], FailureLimit>> = {
  user: { failures: 50, seconds: DAY_SECONDS },
  client: { failures: 1000, seconds: DAY_SECONDS },
}

export function createInvitationQuota(redis: RedisClient, keyPrefix: string): InvitationQuota {
  const limiters = {
    user: createFailureLimiter(redis, `${keyPrefix}invitations:user`, LIMITS.user),
    client: createFailureLimiter(redis, `${keyPrefix}invitations:client`, LIMITS.client),
  }
  return {
    async spend({ id, kind }, invite) {
      const limiter = limiters[kind]
      const key = hashedName(id)
      // Before, so that parallel calls cannot pass together.
      const wait = await limiter.count(key)
      if (wait > 0) {
        const { failures: quota, seconds: windowSeconds } = LIMITS[kind]
        throw tooManyAttempts(wait, { name: 'invitations', quota, windowSeconds })
      }
      try {
        return await invite()
      } catch (error) {
        await limiter.takeBack(key).catch(() => {})
        throw error
      }
    },
  }
}
