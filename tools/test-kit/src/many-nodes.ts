import { poll } from '@latchkey/harness'
import type { Redis } from 'ioredis'
import type { PrivateServer } from './private-server.ts'
import type { RedisNode } from './redis-node.ts'

type ManyNodes = Pick<PrivateServer, 'url' | 'directory'> & {
  readonly nodes: readonly RedisNode[]
  /** Whether they have found each other, and every key is served. */
  readonly isServing: () => Promise<boolean>
}

/** Several nodes as one server: what happens, happens to all of them. */
export function asOneServer({ url, directory, nodes, isServing }: ManyNodes): PrivateServer {
  const all = async (act: (node: RedisNode) => Promise<void>): Promise<void> => {
    await Promise.all(nodes.map(act))
  }
  return {
    url,
    directory,
    kill: () => all((node) => node.kill()),
    stop: () => all((node) => node.stop()),
    async start() {
      await all((node) => node.start())
      const serving = await poll(isServing, { timeoutMs: 60_000, intervalMs: 50 })
      if (!serving) throw new Error('the nodes of Redis did not find each other again')
    },
    pause() {
      for (const node of nodes) node.pause()
    },
    resume() {
      for (const node of nodes) node.resume()
    },
  }
}

/** Asks one node by a connection of its own. */
export async function askNode<Answer>(node: RedisNode, question: (redis: Redis) => Promise<Answer>): Promise<Answer> {
  const redis = node.connect()
  try {
    return await question(redis)
  } finally {
    redis.disconnect()
  }
}
