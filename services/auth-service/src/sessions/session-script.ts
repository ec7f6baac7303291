import { readFileSync } from 'node:fs'
import type { RedisClient } from '../redis/redis-client.ts'
import type { RedisDeadline } from '../redis/redis-deadline.ts'
import { createScript, type Fences, type Script } from '../redis/redis-script.ts'

const read = (name: string): string => readFileSync(new URL(`lua/${name}.lua`, import.meta.url), 'utf8')

/** A script of `lua/` on the hash of one user. A sign-in is what takes memory. */
export const createSessionScript = (
  redis: RedisClient,
  name: string,
  deadline: RedisDeadline,
  fences?: Fences,
): Script =>
  createScript(redis, name, `${read('session')}\n${read(name)}`, deadline, { fences, grows: name === 'open' })

/** The key of the hash that holds a user's sessions and snapshot. */
export const userKey = (keyPrefix: string, userId: string): string => `${keyPrefix}user:{${userId}}`
