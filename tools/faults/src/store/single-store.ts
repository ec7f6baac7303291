import type { Scope } from '@latchkey/harness'
import { type PrivateServer, privateRedis, tcpRelay } from '@latchkey/test-kit'
import { Redis } from 'ioredis'
import { askNode, until } from './ask-node.ts'
import type { RedisStore, Shard, StoreNode, StoreOptions } from './redis-store.ts'
import { follow } from './replication.ts'

/** One server, or two behind a relay that leads to the primary of the two. */
export async function startSingleStore(scope: Scope, { replicas = false }: StoreOptions): Promise<RedisStore> {
  const primary = asNode(await privateRedis(scope))
  const spare = replicas ? asNode(await privateRedis(scope)) : undefined
  const relay = spare && (await tcpRelay(scope, primary.url))
  const url = relay?.url ?? primary.url
  let [master, replica]: [UrlNode, UrlNode | undefined] = [primary, spare]
  let isFollowing = false

  return {
    topology: 'single',
    url,
    ports: [Number(new URL(url).port)],
    async shards() {
      if (replica && !isFollowing) await follow(replica, master)
      isFollowing = true
      return [{ master, replica }]
    },
    shardOf: async (_key, [only]) => only as Shard,
    async takeOver() {
      if (!replica || !relay) throw new Error('there is no replica')
      await askNode(replica, (redis) => redis.replicaof('NO', 'ONE'))
      relay.switchTo(replica.url)
      ;[master, replica] = [replica, master]
      isFollowing = false
    },
    // Nobody watches over it.
    untilReplaced: async () => {},
    untilServing: () => until('Redis answers', () => askNode(master, async (redis) => (await redis.ping()) === 'PONG')),
  }
}

type UrlNode = StoreNode & { readonly url: string }

function asNode({ url, directory, kill, stop, start, pause, resume }: PrivateServer): UrlNode {
  return {
    url,
    port: Number(new URL(url).port),
    directory,
    kill,
    stop,
    start,
    pause,
    resume,
    connect() {
      const redis = new Redis(url, { lazyConnect: true })
      redis.on('error', () => {})
      return redis
    },
  }
}
