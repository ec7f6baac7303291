import { randomInt } from 'node:crypto'
import type { Scope } from '@latchkey/harness'
import { privateRedisSentinels } from '@latchkey/test-kit'
import { askNode, isCaughtUp, isMaster, until } from './ask-node.ts'
import type { RedisStore, Shard } from './redis-store.ts'

const NAME = 'sessions'

export async function startSentinelStore(scope: Scope): Promise<RedisStore> {
  const { url, nodes, sentinels, masterPort } = await privateRedisSentinels(scope)

  async function shardNow(): Promise<Shard | undefined> {
    const port = await masterPort()
    const master = nodes.find((node) => node.port === port)
    const replica = nodes.find((node) => node.port !== port)
    if (!master || !replica || !(await isMaster(master)) || !(await isCaughtUp(replica))) return undefined
    return { master, replica }
  }
  const isLedBy = async (port: number | undefined): Promise<boolean> => (await masterPort()) === port

  return {
    topology: 'sentinel',
    url,
    ports: [...nodes, ...sentinels].map(({ port }) => port),
    async shards() {
      let found: Shard | undefined
      await until('the master has its replica', async () => {
        found = await shardNow()
        return found !== undefined
      })
      return found ? [found] : []
    },
    shardOf: async (_key, [only]) => only as Shard,
    async takeOver({ replica }) {
      const sentinel = sentinels[randomInt(sentinels.length)]
      if (!sentinel || !replica) throw new Error('there is no replica')
      await until('the Sentinels replace the master', async () => {
        // One of them may be busy with the last replacement.
        await askNode(sentinel, (redis) => redis.call('SENTINEL', 'FAILOVER', NAME)).catch(() => {})
        return isLedBy(replica.port)
      })
    },
    async untilReplaced({ replica }) {
      await until('the Sentinels replace the master', async () => isLedBy(replica?.port))
    },
    async untilServing() {
      await until('the master answers', async () => {
        const port = await masterPort()
        const master = nodes.find((node) => node.port === port)
        return master !== undefined && (await isMaster(master))
      })
    },
  }
}
