import type { RedisClient } from './redis-script.ts'

/** The last recorded end that Redis has carried out, kept in Redis itself: a Redis that went back in time tells by it how far. */
export type EndMarker = {
  /** Sent behind the end itself on the same connection, so that Redis never has the mark without the end. */
  advance(endId: string | undefined): Promise<void>
  read(): Promise<string | undefined>
}

export function createRedisEndMarker(redis: RedisClient, keyPrefix: string): EndMarker {
  const key = `${keyPrefix}last-end`
  return {
    async advance(endId) {
      if (endId !== undefined) await redis.set(key, endId)
    },
    read: async () => (await redis.get(key)) ?? undefined,
  }
}
