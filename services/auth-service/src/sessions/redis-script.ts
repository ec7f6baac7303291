import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Cluster, Redis } from 'ioredis'

export type RedisClient = Redis | Cluster

const read = (name: string): string => readFileSync(new URL(`./lua/${name}.lua`, import.meta.url), 'utf8')

export type Script = (key: string, args: (string | number)[]) => Promise<unknown>

/** A Lua script of this folder, with the prelude that all share. Sent once in full to a Redis that does not know it, by hash from then on. */
export function createScript(redis: RedisClient, name: string): Script {
  const source = `${read('session')}\n${read(name)}`
  const sha = createHash('sha1').update(source).digest('hex')
  return async (key, args) => {
    try {
      return await redis.evalsha(sha, 1, key, ...args)
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('NOSCRIPT')) return redis.eval(source, 1, key, ...args)
      throw error
    }
  }
}
