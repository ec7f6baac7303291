import type { RedisClient } from './redis-client.ts'

/** The time by which a command sent now has to run, by the clock of Redis. */
export type RedisDeadline = {
  /** Epoch milliseconds; 0 while that clock is unknown. */
  notAfter(): number
  /** Measures the offset of Redis's clock from ours. */
  measure(): Promise<void>
}

/** Longer than a caller waits for the answer to a command, with slack for nodes whose clocks differ a little. */
const VALID_FOR_MS = 2000

export function createRedisDeadline(redis: RedisClient): RedisDeadline {
  let offset: number | undefined
  return {
    // Ours is the monotonic clock, which nothing sets.
    notAfter: () => (offset === undefined ? 0 : Math.ceil(performance.now() + offset + VALID_FOR_MS)),
    async measure() {
      const before = performance.now()
      const [seconds, microseconds] = await redis.time()
      const middle = (before + performance.now()) / 2
      offset = Number(seconds) * 1000 + Number(microseconds) / 1000 - middle
    },
  }
}
