import type { RedisClient } from '../redis/redis-client.ts'

/**
 * The id of the last recorded session event that has been applied to Redis. It is kept in Redis itself, so that a Redis that
 * went back in time shows how far.
 */
export type EventCheckpoint = {
  /** Called once the event has been applied, so that Redis never has the checkpoint without the event. */
  advance(eventId: string): Promise<void>
  read(): Promise<string | undefined>
}

export function createRedisEventCheckpoint(redis: RedisClient, keyPrefix: string): EventCheckpoint {
  const key = `${keyPrefix}last-session-event`
  return {
    async advance(eventId) {
      await redis.set(key, eventId)
    },
    read: async () => (await redis.get(key)) ?? undefined,
  }
}
