import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { redisProgram, startRedis, type TestScope } from '@latchkey/harness'
import { asOneServer } from './many-nodes.ts'
import { privateRedisCluster } from './private-redis-cluster.ts'
import { privateRedisSentinels } from './private-redis-sentinels.ts'
import { type PrivateServer, privateServer } from './private-server.ts'
import { TEST_FEEDS } from './test-environment.ts'
import { topologyOfRun } from './topology.ts'

export type PrivateRedisOptions = {
  /**
   * An RDB file that Redis reads at its first start and at every later one. Redis reads none where it keeps an append-only
   * file: such a server keeps nothing on disk.
   */
  rdbFile?: string
  /** Whether its verifier reads the feeds of test files too, which production's may not; true unless given. */
  hasTestFeeds?: boolean
}

/**
 * A Redis for this test alone, in the shape of the run (see `Topology`): empty at first and with the append-only file of production. One
 * that is given an RDB file is a single node in any case.
 */
export async function privateRedis(
  t: TestScope,
  { rdbFile, hasTestFeeds = true }: PrivateRedisOptions = {},
): Promise<PrivateServer> {
  const topology = topologyOfRun()
  if (rdbFile !== undefined) return privateNode(t, { rdbFile, hasTestFeeds })
  if (topology === 'cluster') return redisCluster(t, hasTestFeeds)
  if (topology === 'sentinel') return redisBehindSentinels(t, hasTestFeeds)
  return privateNode(t, { hasTestFeeds })
}

async function privateNode(t: TestScope, { rdbFile, hasTestFeeds }: PrivateRedisOptions): Promise<PrivateServer> {
  const program = await redisProgram(console.error)
  return privateServer(t, 'redis', (place) => {
    if (rdbFile !== undefined) {
      mkdirSync(place.directory, { recursive: true, mode: 0o700 })
      copyFileSync(rdbFile, join(place.directory, 'dump.rdb'))
    }
    const feeds = hasTestFeeds ? { feeds: TEST_FEEDS } : {}
    return startRedis({ ...place, ...feeds, program, password: 'private', durable: rdbFile === undefined })
  })
}

/** Three masters, each with a replica. */
export async function redisCluster(t: TestScope, hasTestFeeds = true): Promise<PrivateServer> {
  const cluster = await privateRedisCluster(t, { replicas: true, hasTestFeeds })
  if (cluster === undefined) throw new Error('a cluster without TLS needs no openssl')
  return asOneServer({ ...cluster, nodes: [...cluster.nodes, ...cluster.replicas] })
}

/** A master and a replica, which three Sentinels watch. The Sentinels stay up whatever happens to the two. */
export async function redisBehindSentinels(t: TestScope, hasTestFeeds = true): Promise<PrivateServer> {
  const redis = await privateRedisSentinels(t, { hasTestFeeds })
  return asOneServer({ ...redis, url: redis.administratorUrl })
}
