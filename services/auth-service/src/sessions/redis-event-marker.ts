import type { RedisClient } from './redis-script.ts'

/** The last recorded session event that Redis has carried out, kept in Redis itself: a Redis that went back in time tells by it how far. */
export type EventMarker = {
  /** Sent behind what it marks on the same connection, so that Redis never has the mark without that. */
  advance(eventId: string | undefined): Promise<void>
  read(): Promise<string | undefined>
}

export function createRedisEventMarker(redis: RedisClient, keyPrefix: string): EventMarker {
  const key = `${keyPrefix}last-session-event`
  return {
    async advance(eventId) {
      if (eventId !== undefined) await redis.set(key, eventId)
    },
    read: async () => (await redis.get(key)) ?? undefined,
  }
}
