import type { RedisNode } from '@latchkey/test-kit'

/** Three masters, each with a replica, or a master and a replica under three Sentinels, or one server. */
export const TOPOLOGIES = ['single', 'cluster', 'sentinel'] as const
export type Topology = (typeof TOPOLOGIES)[number]

/** A server that can be killed, paused and copied. */
export type StoreNode = RedisNode

export type Shard = {
  readonly master: StoreNode
  readonly replica: StoreNode | undefined
}

/** The Redis of a run, on loopback. */
export type RedisStore = {
  readonly topology: Topology
  /** As `REDIS_URL` takes it. */
  readonly url: string
  /** Every port that clients may be led to, those of Sentinels included. */
  readonly ports: readonly number[]
  /** Who is master of whom now. Waits until every key is served and every replica has what its master has. */
  shards(): Promise<readonly Shard[]>
  /** The one of these that keeps a key. */
  shardOf(key: string, shards: readonly Shard[]): Promise<Shard>
  /** Has the replica take over, with whatever it has, whether or not its master lives. Resolves when clients are led to it. */
  takeOver(shard: Shard): Promise<void>
  /** Waits until a replica takes over by itself, because its master does not answer. */
  untilReplaced(shard: Shard): Promise<void>
  /** Waits until every key is served. */
  untilServing(): Promise<void>
}

export type StoreOptions = {
  /** On a single server, too: it is led to by a relay, as a managed service leads to its primary. */
  readonly replicas?: boolean
}
