import { readFileSync } from 'node:fs'
import { unavailable } from '@latchkey/problems'
import type { Result } from 'ioredis'
import type { RedisClient } from './redis-client.ts'
import type { RedisDeadline } from './redis-deadline.ts'
import { FENCE_CHECK } from './redis-fence.ts'
import type { RedisGate } from './redis-gate.ts'
import { EVEN_WHEN_FULL } from './script-flags.ts'

type Arguments = readonly (string | number)[]

declare module 'ioredis' {
  interface RedisCommander<Context> {
    [script: `script:${string}`]: (key: string, ...args: Arguments) => Result<unknown, Context>
  }
}

/** Runs the script on one key. */
export type Script = (key: string, args: Arguments) => Promise<unknown>

const DEADLINE_CHECK = readFileSync(new URL('deadline.lua', import.meta.url), 'utf8')

/** What keeps a script from running on data of the past. */
export type Fences = Pick<RedisGate, 'fenceOf' | 'onBehind'>

export type ScriptOptions = {
  /** Without them it runs whatever the data is, as what brings Redis up to date must. */
  readonly fences?: Fences | undefined
  /** Refused by a Redis whose memory is full: it is what fills it. Every other script has to run even then. */
  readonly grows?: boolean
}

/**
 * A Lua script on one key, run as one command that is sent once. ioredis sends it in full on each new connection and by its
 * hash from then on; a Redis that has forgotten it (`NOSCRIPT`) gets it again, and has run nothing before.
 *
 * @param name unique per client
 * @throws `unavailable` when the command reached Redis too late, or a node whose data may be older than it was: it was not run
 */
export function createScript(
  redis: RedisClient,
  name: string,
  lua: string,
  deadline: RedisDeadline,
  { fences, grows = false }: ScriptOptions = {},
): Script {
  const command = `script:${name}${fences ? ':fenced' : ''}` as const
  redis.defineCommand(command, {
    numberOfKeys: 1,
    lua: [...(grows ? [] : [EVEN_WHEN_FULL]), DEADLINE_CHECK, ...(fences ? [FENCE_CHECK] : []), lua].join('\n'),
  })
  return async (key, args) => {
    const fence = fences?.fenceOf(key)
    const checked = fence ? [fence.fenceKey, fence.replicationId] : []
    const reply = await redis[command]?.(key, deadline.notAfter(), ...checked, ...args)
    const refusal: unknown = Array.isArray(reply) ? reply[0] : undefined
    if (refusal === 'behind') {
      fences?.onBehind()
      throw unavailable(new Error('a node of Redis may have gone back in time'))
    }
    if (refusal !== 'past_deadline') return reply
    // The caller still waits, so the command was not late: one of the two clocks was set.
    await deadline.measure()
    throw unavailable(new Error('Redis did not run a command whose deadline had passed'))
  }
}

/** SET, with what stands behind its key, as a script: so it works even when the memory of Redis is full. For keys of bounded number. */
export const createSet = (redis: RedisClient, name: string, deadline: RedisDeadline): Script =>
  createScript(redis, name, "return redis.call('SET', KEYS[1], unpack(ARGV))", deadline)
