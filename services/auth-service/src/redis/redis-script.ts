import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { unavailable } from '@latchkey/problems'
import type { Cluster, Redis } from 'ioredis'
import type { RedisDeadline } from './redis-deadline.ts'

export type RedisClient = Redis | Cluster

const read = (name: string): string => readFileSync(new URL(`../sessions/lua/${name}.lua`, import.meta.url), 'utf8')

export type Script = (key: string, args: (string | number)[]) => Promise<unknown>

/** A Lua script of this folder, with the prelude that all share. Sent once in full to a Redis that does not know it, by hash from then on. */
export function createScript(redis: RedisClient, name: string, deadline: RedisDeadline): Script {
  const source = `${read('session')}\n${read(name)}`
  const sha = createHash('sha1').update(source).digest('hex')

  async function run(key: string, args: (string | number)[]): Promise<unknown> {
    try {
      return await redis.evalsha(sha, 1, key, ...args)
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('NOSCRIPT')) return redis.eval(source, 1, key, ...args)
      throw error
    }
  }

  return async (key, args) => {
    const reply = await run(key, [deadline.notAfter(), ...args])
    if (!Array.isArray(reply) || reply[0] !== 'late') return reply
    // Whoever still waits for the answer was not late: one of the two clocks was set.
    await deadline.measure()
    throw unavailable(new Error('Redis took the command for one that came too late'))
  }
}
