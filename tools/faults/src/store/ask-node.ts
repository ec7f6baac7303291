import { poll } from '@latchkey/harness'
import type { Redis } from 'ioredis'
import type { StoreNode } from './redis-store.ts'

const ANSWER_MS = 2000
const UNTIL_MS = 60_000

/** Asks one server on a connection of its own. Rejects when it does not answer in time. */
export async function askNode<Answer>(node: StoreNode, question: (redis: Redis) => Promise<Answer>): Promise<Answer> {
  const redis = node.connect()
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`the Redis at ${node.port} does not answer`)), ANSWER_MS)
  try {
    return await Promise.race([question(redis), late])
  } finally {
    clearTimeout(timer)
    redis.disconnect()
  }
}

/** Waits until a condition holds; one that rejects does not hold yet. @throws when that takes a minute */
export async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const holds = () => condition().catch(() => false)
  if (!(await poll(holds, { timeoutMs: UNTIL_MS, intervalMs: 50 }))) throw new Error(`not within a minute: ${what}`)
}

export const replicationOf = (node: StoreNode): Promise<string> =>
  askNode(node, async (redis) => redis.info('replication'))

export async function isMaster(node: StoreNode): Promise<boolean> {
  return /^role:master/m.test(await replicationOf(node))
}

/** Whether a replica is connected to its master, and has all that it has. */
export async function isCaughtUp(replica: StoreNode): Promise<boolean> {
  const info = await replicationOf(replica)
  return /^role:slave/m.test(info) && /^master_link_status:up/m.test(info) && !/^master_sync_in_progress:1/m.test(info)
}
