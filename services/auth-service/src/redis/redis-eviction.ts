import type { RedisClient } from './redis-client.ts'

/**
 * Every key here has a time to live, so any policy but `noeviction` would let Redis sign people out when memory is short.
 * A Redis that does not show its settings passes.
 *
 * @throws Error naming the policy
 */
export async function assertNoEviction(redis: RedisClient): Promise<void> {
  const reply = await redis.config('GET', 'maxmemory-policy').catch(() => [])
  const policy = Array.isArray(reply) ? reply[1] : undefined
  if (typeof policy === 'string' && policy !== 'noeviction') {
    throw new Error(`Redis could evict sessions: its maxmemory-policy is ${policy}, and must be noeviction`)
  }
}
