import type { Scope } from '@latchkey/harness'
import { privateRedisCluster } from '@latchkey/test-kit'
import { askNode, isCaughtUp, isMaster, until } from './ask-node.ts'
import type { RedisStore, Shard, StoreNode } from './redis-store.ts'

export async function startClusterStore(scope: Scope): Promise<RedisStore> {
  const cluster = await privateRedisCluster(scope, { replicas: true })
  if (cluster === undefined) throw new Error('a cluster without TLS needs no openssl')
  const nodes: readonly StoreNode[] = [...cluster.nodes, ...cluster.replicas]

  /** What each server says of itself. */
  const membersNow = () => Promise.all(nodes.map(memberOf))

  async function isServing(): Promise<boolean> {
    const states = await Promise.all(
      nodes.map((node) => askNode(node, async (redis) => String(await redis.call('CLUSTER', 'INFO')))),
    )
    return states.every((state) => state.includes('cluster_state:ok'))
  }

  async function shardsNow(): Promise<readonly Shard[] | undefined> {
    const members = await membersNow()
    const shards = members
      .filter(({ hasSlots }) => hasSlots)
      .map(({ id, node }) => ({ master: node, replica: members.find(({ masterId }) => masterId === id)?.node }))
    const replicas = shards.flatMap(({ replica }) => (replica ? [replica] : []))
    const isWhole = shards.length === cluster?.nodes.length && replicas.length === shards.length
    return isWhole && (await Promise.all(replicas.map(isCaughtUp))).every(Boolean) ? shards : undefined
  }

  return {
    topology: 'cluster',
    url: cluster.url,
    ports: nodes.map(({ port }) => port),
    async shards() {
      let found: readonly Shard[] | undefined
      await until('every master has its replica', async () => {
        found = (await isServing()) ? await shardsNow() : undefined
        return found !== undefined
      })
      return found ?? []
    },
    async shardOf(key, shards) {
      const owners = await Promise.all(
        shards.map(({ master }) =>
          askNode(master, (redis) => redis.exists(key)).then(
            () => true,
            () => false,
          ),
        ),
      )
      const owner = shards[owners.indexOf(true)]
      if (owner === undefined) throw new Error(`no master serves ${key}`)
      return owner
    },
    async takeOver({ replica }) {
      if (!replica) throw new Error('there is no replica')
      await askNode(replica, (redis) => redis.call('CLUSTER', 'FAILOVER', 'TAKEOVER'))
      await until('the replica takes over', () => isMaster(replica))
    },
    async untilReplaced({ replica }) {
      await until('the replica takes over', async () => replica !== undefined && (await isMaster(replica)))
    },
    untilServing: () => until('the cluster is whole', isServing),
  }
}

/** A line of `CLUSTER NODES`. */
async function memberOf(node: StoreNode) {
  const lines = await askNode(node, async (redis) => String(await redis.call('CLUSTER', 'NODES')))
  const own = lines.split('\n').find((line) => line.includes('myself')) ?? ''
  const [id = '', , flags = '', masterId = '', , , , , ...slots] = own.split(' ')
  return { node, id, masterId, hasSlots: flags.includes('master') && slots.length > 0 }
}
