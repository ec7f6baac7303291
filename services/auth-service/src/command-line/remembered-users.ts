import { setTimeout as sleep } from 'node:timers/promises'
import { createRedisClient, type RedisClient } from '../redis/redis-client.ts'
import { createRedisDeadline } from '../redis/redis-deadline.ts'
import { createSnapshotInvalidation } from '../sessions/snapshot-invalidation.ts'

/** What Redis remembers of users, so that a refresh needs no Postgres. */
export type RememberedUsers = {
  /** Removes it for these users: their next refresh reads them anew. Never rejects: see `fault`. */
  invalidate(userIds: readonly string[]): Promise<void>
  /** Why some of it may still be there; undefined when all that was asked for is gone. */
  fault(): string | undefined
  close(): void
}

/** How long a connection may take. Milliseconds. */
const CONNECT_WITHIN_MS = 3000

export function createRememberedUsers(urls: readonly string[] | undefined, keyPrefix: string): RememberedUsers {
  if (urls === undefined) {
    return { invalidate: async () => {}, fault: () => 'REDIS_URL is not set', close: () => {} }
  }
  let fault: string | undefined
  const redis = createRedisClient(urls, () => {})
  let connected: Promise<void> | undefined
  const invalidate = createSnapshotInvalidation({ redis, keyPrefix, deadline: createRedisDeadline(redis) })
  return {
    async invalidate(userIds) {
      if (fault !== undefined) return
      try {
        connected ??= untilReady(redis)
        await connected
        await Promise.all(userIds.map(invalidate))
      } catch (error) {
        fault = `Redis was not reached: ${error instanceof Error ? error.message : 'unknown'}`
      }
    },
    fault: () => fault,
    close: () => redis.disconnect(),
  }
}

/** @throws Error where Redis is not reached in time */
export async function untilReady(redis: RedisClient): Promise<void> {
  const deadline = performance.now() + CONNECT_WITHIN_MS
  while (redis.status !== 'ready') {
    if (performance.now() > deadline) throw new Error(`no connection within ${CONNECT_WITHIN_MS / 1000} s`)
    await sleep(20)
  }
}
