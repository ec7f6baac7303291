import { readFileSync } from 'node:fs'
import type { RedisClient } from '../redis/redis-client.ts'
import type { RedisDeadline } from '../redis/redis-deadline.ts'
import { createScript } from '../redis/redis-script.ts'

/** What Redis knows of the last beat of Postgres. */
export type KnownBeat = {
  /** 0 before the first. */
  readonly count: number
  /** Every account that had changed by then is marked. Undefined where nobody knows. */
  readonly markedUntil: Date | undefined
  /** No token was issued under a later policy when the beat was made. */
  readonly policyVersion: number
}

export type RedisBeat = {
  read(): Promise<KnownBeat>
  /** A beat that is there and later stays. */
  raise(beat: Partial<KnownBeat>): Promise<void>
}

const RAISE = readFileSync(new URL('lua/beat.lua', import.meta.url), 'utf8')

type Dependencies = { readonly redis: RedisClient; readonly keyPrefix: string; readonly deadline: RedisDeadline }

export function createRedisBeat({ redis, keyPrefix, deadline }: Dependencies): RedisBeat {
  const key = `${keyPrefix}beat`
  const raise = createScript(redis, 'raise-beat', RAISE, deadline)
  return {
    async read() {
      const [count, marked, policy] = await redis.hmget(key, 'count', 'marked', 'policy')
      return {
        count: Number(count ?? 0),
        markedUntil: marked ? new Date(Number(marked)) : undefined,
        policyVersion: Number(policy ?? 0),
      }
    },

    async raise({ count, markedUntil, policyVersion }) {
      await raise(key, [
        ...(count === undefined ? [] : ['count', count]),
        ...(markedUntil === undefined ? [] : ['marked', markedUntil.getTime()]),
        ...(policyVersion === undefined ? [] : ['policy', policyVersion]),
      ])
    },
  }
}
