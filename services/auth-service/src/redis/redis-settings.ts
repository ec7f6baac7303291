import { type Log, withDeadline } from '@latchkey/problems'
import { Cluster, type Redis } from 'ioredis'
import type { RedisClient } from './redis-client.ts'

const OLDEST_MAJOR = 7
/** A node that does not answer is no reason not to start: others serve its keys, or the keys are unavailable. */
const ANSWER_MS = 1000

/**
 * Asks every node, replicas too: each may be the master of some keys tomorrow. Every key here has a time to live, so any policy but
 * `noeviction` would let a node sign people out when memory is short. A Redis that does not show its settings passes.
 *
 * @throws Error naming the node and what is wrong with it
 */
export async function assertNodeSettings(redis: RedisClient, log: Pick<Log, 'warn'>): Promise<void> {
  const nodes = redis instanceof Cluster ? redis.nodes('all') : [redis]
  const found = await Promise.all(nodes.map((node) => withDeadline(settingsOf(node), ANSWER_MS).catch(() => undefined)))
  for (const { address, version, policy, isDurable } of found.filter((settings) => settings !== undefined)) {
    if (version !== undefined && Number.parseInt(version, 10) < OLDEST_MAJOR) {
      throw new Error(`Redis at ${address} has version ${version}, and must have ${OLDEST_MAJOR} or later`)
    }
    if (policy !== undefined && policy !== 'noeviction') {
      throw new Error(
        `Redis at ${address} could evict sessions: its maxmemory-policy is ${policy}, and must be noeviction`,
      )
    }
    if (!isDurable)
      log.warn({ address }, 'Redis keeps no append-only file: a restart of this node loses what was written lately')
  }
}

/** By INFO alone: CONFIG GET shows passwords, and the user of this service may not run it. */
async function settingsOf(node: Redis) {
  const { host, port } = node.options
  const info = await node.info()
  const field = (name: string): string | undefined => new RegExp(`^${name}:(.+?)\\r?$`, 'm').exec(info)?.[1]
  return {
    address: `${host}:${port}`,
    version: field('redis_version'),
    policy: field('maxmemory_policy'),
    isDurable: field('aof_enabled') !== '0',
  }
}
