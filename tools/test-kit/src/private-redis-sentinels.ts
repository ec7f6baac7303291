import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, poll, redisProgram, redisUserLines, type TestScope, temporaryDirectory } from '@latchkey/harness'
import { askNode } from './many-nodes.ts'
import { type RedisNode, startRedisNode } from './redis-node.ts'
import { TEST_FEEDS } from './test-environment.ts'

export type RedisSentinels = {
  /** Their addresses with `?sentinel=NAME`, as `REDIS_URL` takes them, for the user `auth-service`. */
  readonly url: string
  /** The same for the user `verifier`. */
  readonly verifierUrl: string
  /** The same for the user `default`, who may do everything. */
  readonly administratorUrl: string
  readonly sentinels: readonly RedisNode[]
  /** The first is the master at the start. */
  readonly nodes: readonly RedisNode[]
  /** The port of the master that a majority of the Sentinels names. */
  masterPort(): Promise<number>
  /** Holds the data of every node. */
  readonly directory: string
  /** Whether the nodes are what the Sentinels say, and the replica has what its master has. */
  isServing(): Promise<boolean>
}

const NAME = 'sessions'
const PASSWORD = 'private'
const ACL_FILE = new URL('../../../deploy/redis/sentinel-users.acl', import.meta.url)

/** A master, a replica, and three Sentinels that watch them, with the users of `deploy/redis`, for this test alone. */
export async function privateRedisSentinels(
  t: TestScope,
  { hasTestFeeds = true }: { hasTestFeeds?: boolean } = {},
): Promise<RedisSentinels> {
  const root = temporaryDirectory(t, 'redis-sentinels')
  const program = await redisProgram(console.error)
  const users = redisUserLines({ 'auth-service': PASSWORD, verifier: PASSWORD }, hasTestFeeds ? TEST_FEEDS : undefined)
  const ports = [await freePort(), await freePort()]
  const common = (port: number) => [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${PASSWORD}`,
    `masterauth ${PASSWORD}`,
    ...users,
    'save ""',
    'appendonly yes',
    'maxmemory-policy noeviction',
    'repl-diskless-sync-delay 0',
  ]
  const nodes: RedisNode[] = []
  for (const [n, port] of ports.entries()) {
    const lines = [...common(port), ...(n === 0 ? [] : [`replicaof 127.0.0.1 ${ports[0]}`])]
    nodes.push(await startRedisNode(t, { program, root, name: `node-${n}`, port, password: PASSWORD, lines }))
  }

  const hash = createHash('sha256').update(PASSWORD).digest('hex')
  const sentinelUsers = readFileSync(ACL_FILE, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('user '))
    .map((line) => `${line} #${hash}`)
  const sentinels = await Promise.all(
    Array.from({ length: 3 }, async (_, n) => {
      const port = await freePort()
      const lines = [
        'bind 127.0.0.1',
        `port ${port}`,
        // They ask each other with it, too.
        `requirepass ${PASSWORD}`,
        `sentinel monitor ${NAME} 127.0.0.1 ${ports[0]} 2`,
        `sentinel auth-pass ${NAME} ${PASSWORD}`,
        `sentinel down-after-milliseconds ${NAME} 1000`,
        `sentinel failover-timeout ${NAME} 5000`,
        ...sentinelUsers,
      ]
      const name = `sentinel-${n}`
      return startRedisNode(t, { program, root, name, port, password: PASSWORD, lines, isSentinel: true })
    }),
  )

  async function masterPort(): Promise<number> {
    const named = await Promise.all(
      sentinels.map(async (sentinel) => {
        const client = sentinel.connect()
        try {
          return Number(((await client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME)) as string[])[1])
        } catch {
          return 0
        } finally {
          client.disconnect()
        }
      }),
    )
    return named.toSorted()[1] ?? 0
  }

  // Until each knows the replica and both others, none can lead a failover.
  const knowEachOther = async (): Promise<boolean> => {
    const known = await Promise.all(
      sentinels.map(async (sentinel) => {
        const client = sentinel.connect()
        try {
          const info = await client.info('sentinel')
          return /slaves=1,sentinels=3/.test(info)
        } finally {
          client.disconnect()
        }
      }),
    )
    return known.every(Boolean)
  }
  await poll(knowEachOther, { timeoutMs: 60_000, intervalMs: 100 })

  async function isServing(): Promise<boolean> {
    const port = await masterPort()
    const roles = nodes.map(async (node) => {
      const replication = await askNode(node, (redis) => redis.info('replication')).catch(() => '')
      if (node.port === port) return replication.includes('role:master')
      return replication.includes(`master_port:${port}`) && replication.includes('master_link_status:up')
    })
    return (await Promise.all(roles)).every(Boolean)
  }

  const urlFor = (user: string): string =>
    `${sentinels.map(({ port }) => `redis://${user}:${PASSWORD}@localhost:${port}`).join()}?sentinel=${NAME}`
  const urls = {
    url: urlFor('auth-service'),
    verifierUrl: urlFor('verifier'),
    administratorUrl: urlFor(''),
  }
  return { ...urls, sentinels, nodes, masterPort, directory: join(root, 'data'), isServing }
}
