import type { RedisClient } from '../redis/redis-script.ts'

/** The last recorded session event that Redis has carried out, kept in Redis itself: a Redis that went back in time tells by it how far. */
export type EventMarker = {
  /** Sent when what it marks has been done, so that Redis never has the mark without that. */
  advance(eventId: string | undefined): Promise<void>
  read(): Promise<string | undefined>
}

/** `assertCurrent` throws while Redis may be older than it was: it must not be marked then. */
export function createRedisEventMarker(
  redis: RedisClient,
  keyPrefix: string,
  assertCurrent: () => void = () => {},
): EventMarker {
  const key = `${keyPrefix}last-session-event`
  return {
    async advance(eventId) {
      if (eventId === undefined) return
      assertCurrent()
      await redis.set(key, eventId)
    },
    read: async () => (await redis.get(key)) ?? undefined,
  }
}
