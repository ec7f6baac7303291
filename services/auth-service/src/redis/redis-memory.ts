import { Cluster, type Redis } from 'ioredis'
import type { RedisClient } from './redis-client.ts'

/** What part of its memory Redis may use before it counts as short of it. */
export const SHORT_OF_MEMORY = 0.8

/** The part of `maxmemory` that is in use, of the fullest node of a cluster; 0 where nothing limits it. */
export async function readMemoryUse(redis: RedisClient): Promise<number> {
  const nodes: readonly Redis[] = redis instanceof Cluster ? redis.nodes('master') : [redis]
  return Math.max(0, ...(await Promise.all(nodes.map(memoryUseOf))))
}

/** A node that does not answer is noticed elsewhere. */
const memoryUseOf = (node: Redis): Promise<number> => node.info('memory').then(useOf, () => 0)

/** Of an answer to `INFO memory`. */
function useOf(info: string): number {
  const field = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0)
  const most = field('maxmemory')
  return most === 0 ? 0 : field('used_memory') / most
}
