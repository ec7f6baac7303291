import type { RedisClient } from './redis-script.ts'

/** Until when a command sent now may run, by the clock of Redis. */
export type RedisDeadline = {
  /** Epoch milliseconds; 0 as long as that clock is not known. */
  notAfter(): number
  /** Learns how far the clock of Redis is from ours. */
  measure(): Promise<void>
}

/** Longer than a caller waits for the answer to a command, with slack for nodes whose clocks differ a little. */
const VALID_FOR_MS = 2000

export function createRedisDeadline(redis: RedisClient): RedisDeadline {
  let offset: number | undefined
  return {
    // Ours is the monotonic clock: it can not be set.
    notAfter: () => (offset === undefined ? 0 : Math.ceil(performance.now() + offset + VALID_FOR_MS)),
    async measure() {
      const before = performance.now()
      const [seconds, microseconds] = await redis.time()
      const middle = (before + performance.now()) / 2
      offset = Number(seconds) * 1000 + Number(microseconds) / 1000 - middle
    },
  }
}
