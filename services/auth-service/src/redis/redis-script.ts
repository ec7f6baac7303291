import { readFileSync } from 'node:fs'
import { unavailable } from '@latchkey/problems'
import type { Result } from 'ioredis'
import type { RedisClient } from './redis-client.ts'
import type { RedisDeadline } from './redis-deadline.ts'

type Arguments = readonly (string | number)[]

declare module 'ioredis' {
  interface RedisCommander<Context> {
    [script: `script:${string}`]: (key: string, ...args: Arguments) => Result<unknown, Context>
  }
}

/** Runs the script on one key. */
export type Script = (key: string, args: Arguments) => Promise<unknown>

const DEADLINE_CHECK = readFileSync(new URL('deadline.lua', import.meta.url), 'utf8')

/**
 * A Lua script on one key, run as one command that is sent once. ioredis sends it in full on each new connection and by its
 * hash from then on; a Redis that has forgotten it (`NOSCRIPT`) gets it again, and has run nothing before.
 *
 * @param name unique per client
 * @throws `unavailable` when the command reached Redis too late and was not run
 */
export function createScript(redis: RedisClient, name: string, lua: string, deadline: RedisDeadline): Script {
  const command = `script:${name}` as const
  redis.defineCommand(command, { numberOfKeys: 1, lua: `${DEADLINE_CHECK}\n${lua}` })
  return async (key, args) => {
    const reply = await redis[command]?.(key, deadline.notAfter(), ...args)
    if (!Array.isArray(reply) || reply[0] !== 'past_deadline') return reply
    // The caller still waits, so the command was not late: one of the two clocks was set.
    await deadline.measure()
    throw unavailable(new Error('Redis did not run a command whose deadline had passed'))
  }
}
