import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, poll, redisProgram, redisUserLines, type TestScope, temporaryDirectory } from '@latchkey/harness'
import type { Redis } from 'ioredis'
import { askNode } from './many-nodes.ts'
import { makeCertificate, programOf } from './programs.ts'
import { type RedisNode, startRedisNode } from './redis-node.ts'
import { TEST_FEEDS } from './test-environment.ts'

export type RedisCluster = {
  /** Every node, as `REDIS_URL` takes them, for the user `default`. */
  readonly url: string
  /** Under TLS: the certificate that clients have to trust, for `DNS:localhost` alone. */
  readonly certificate: string | undefined
  /** The masters. */
  readonly nodes: readonly ClusterNode[]
  /** The replica of each master, in their order. */
  readonly replicas: readonly ClusterNode[]
  /** Holds the data of every node. */
  readonly directory: string
  /** Whether every node knows of a master for each slot, and every replica has what its master has. */
  isServing(): Promise<boolean>
}

export type ClusterNode = RedisNode & { readonly busPort: number }

export type ClusterOptions = {
  /** Three, unless given: Redis calls fewer no majority. */
  readonly masters?: number
  /** Whether each master has a replica. */
  readonly replicas?: boolean
  /** Nodes that announce themselves by name, with certificates that know no address, as managed clusters do. */
  readonly tls?: boolean
  /** See `PrivateRedisOptions`. */
  readonly hasTestFeeds?: boolean
}

const SLOTS = 16_384
const PASSWORD = 'private'

/** A Redis Cluster of masters on loopback for this test alone, with append-only files; undefined where there is no openssl for its TLS. */
export async function privateRedisCluster(
  t: TestScope,
  { masters = 3, replicas: hasReplicas = false, tls = false, hasTestFeeds = true }: ClusterOptions = {},
): Promise<RedisCluster | undefined> {
  const root = temporaryDirectory(t, 'redis-cluster')
  const openssl = tls ? await programOf('openssl', 'openssl') : undefined
  if (tls && openssl === undefined) return undefined
  if (openssl !== undefined) await makeCertificate(openssl, root, 'DNS:localhost')
  const certificate = tls ? readFileSync(join(root, 'certificate.pem'), 'utf8') : undefined

  const program = await redisProgram(console.error)
  const users = redisUserLines({ 'auth-service': PASSWORD, verifier: PASSWORD }, hasTestFeeds ? TEST_FEEDS : undefined)
  const count = hasReplicas ? 2 * masters : masters
  const started = await Promise.all(
    Array.from({ length: count }, (_, n) => startMember(t, { program, root, certificate, users }, n)),
  )
  const [nodes, replicas] = [started.slice(0, masters), started.slice(masters)]
  await joinUp(nodes, replicas)
  const scheme = tls ? 'rediss' : 'redis'
  const url = nodes.map(({ port }) => `${scheme}://:${PASSWORD}@localhost:${port}`).join(',')
  const isServing = async (): Promise<boolean> => (await Promise.all(started.map(isInOrder))).every(Boolean)
  return { url, certificate, nodes, replicas, directory: join(root, 'data'), isServing }
}

async function isInOrder(node: ClusterNode): Promise<boolean> {
  const [cluster, replication] = await askNode(node, (redis) =>
    Promise.all([redis.cluster('INFO'), redis.info('replication')]),
  ).catch(() => ['', ''])
  const isFollowing = replication.includes('role:master') || replication.includes('master_link_status:up')
  return String(cluster).includes('cluster_state:ok') && isFollowing
}

type MemberOptions = {
  readonly program: string
  readonly root: string
  readonly certificate: string | undefined
  /** Lines of the configuration. */
  readonly users: readonly string[]
}

async function startMember(
  t: TestScope,
  { program, root, certificate, users }: MemberOptions,
  n: number,
): Promise<ClusterNode> {
  const [port, busPort] = [await freePort(), await freePort()]
  const name = `node-${n}`
  const lines = configuration({ root, name, port, busPort, hasTls: certificate !== undefined, users })
  const node = await startRedisNode(t, {
    program,
    root,
    name,
    port,
    password: PASSWORD,
    certificate,
    lines,
  })
  return { ...node, busPort }
}

type Place = Pick<MemberOptions, 'root' | 'users'> & {
  readonly name: string
  readonly port: number
  readonly busPort: number
  readonly hasTls: boolean
}

const configuration = ({ root, name, port, busPort, hasTls, users }: Place): string[] => [
  'bind 127.0.0.1',
  ...(hasTls
    ? [
        'port 0',
        `tls-port ${port}`,
        `tls-cert-file ${root}/certificate.pem`,
        `tls-key-file ${root}/key.pem`,
        `tls-ca-cert-file ${root}/certificate.pem`,
        'tls-auth-clients no',
        'tls-replication yes',
        'tls-cluster yes',
        'cluster-announce-hostname localhost',
        'cluster-preferred-endpoint-type hostname',
      ]
    : [`port ${port}`]),
  'cluster-enabled yes',
  // Not among the data: who restores that stays the node that it is.
  `cluster-config-file ${join(root, `${name}.nodes`)}`,
  `cluster-port ${busPort}`,
  'cluster-node-timeout 2000',
  `requirepass ${PASSWORD}`,
  `masterauth ${PASSWORD}`,
  ...users,
  'save ""',
  'appendonly yes',
  'maxmemory-policy noeviction',
  'repl-diskless-sync-delay 0',
]

/** Shares the slots out, and waits until every node knows of all of them, and each replica has what its master has. */
async function joinUp(nodes: readonly ClusterNode[], replicas: readonly ClusterNode[]): Promise<void> {
  const masters = nodes.map((node) => node.connect())
  const followers = replicas.map((node) => node.connect())
  const [first] = masters
  if (first === undefined) throw new Error('a cluster has nodes')
  const untilAll = async (clients: readonly Redis[], isDone: (redis: Redis, n: number) => Promise<boolean>) =>
    poll(async () => (await Promise.all(clients.map(isDone))).every(Boolean), { timeoutMs: 60_000, intervalMs: 50 })
  try {
    for (const [n, redis] of masters.entries()) {
      const [from, to] = [n, n + 1].map((at) => Math.floor((at * SLOTS) / nodes.length))
      await redis.call('CLUSTER', 'ADDSLOTSRANGE', String(from), String(Number(to) - 1))
      await redis.call('CLUSTER', 'SET-CONFIG-EPOCH', String(n + 1))
    }
    for (const { port, busPort } of [...nodes, ...replicas].slice(1)) {
      await first.call('CLUSTER', 'MEET', '127.0.0.1', String(port), String(busPort))
    }
    const ids = await Promise.all(masters.map(async (redis) => String(await redis.call('CLUSTER', 'MYID'))))
    await untilAll([...masters, ...followers], async (redis) => {
      const known = String(await redis.call('CLUSTER', 'NODES'))
      return ids.every((id) => known.includes(id))
    })
    for (const [n, redis] of followers.entries()) await redis.call('CLUSTER', 'REPLICATE', String(ids[n]))
    await untilAll(followers, async (redis) => (await redis.info('replication')).includes('master_link_status:up'))
    await untilAll([...masters, ...followers], async (redis) =>
      String(await redis.call('CLUSTER', 'INFO')).includes('cluster_state:ok'),
    )
  } finally {
    for (const redis of [...masters, ...followers]) redis.disconnect()
  }
}
