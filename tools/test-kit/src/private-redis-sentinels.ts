import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, poll, redisProgram, redisUserLines, type TestScope, temporaryDirectory } from '@latchkey/harness'
import { type RedisNode, startRedisNode } from './redis-node.ts'
import { TEST_FEEDS } from './test-environment.ts'

export type RedisSentinels = {
  /** Their addresses with `?sentinel=NAME`, as `REDIS_URL` takes them, for the user `auth-service`. */
  readonly url: string
  /** The same for the user `verifier`. */
  readonly verifierUrl: string
  readonly sentinels: readonly RedisNode[]
  /** The first is the master at the start. */
  readonly nodes: readonly RedisNode[]
  /** The port of the master that a majority of the Sentinels names. */
  masterPort(): Promise<number>
}

const NAME = 'sessions'
const PASSWORD = 'private'
const ACL_FILE = new URL('../../../deploy/redis/sentinel-users.acl', import.meta.url)

/** A master, a replica, and three Sentinels that watch them, with the users of `deploy/redis`, for this test alone. */
export async function privateRedisSentinels(t: TestScope): Promise<RedisSentinels> {
  const root = temporaryDirectory(t, 'redis-sentinels')
  const program = await redisProgram(console.error)
  const users = redisUserLines({ 'auth-service': PASSWORD, verifier: PASSWORD }, TEST_FEEDS)
  const ports = [await freePort(), await freePort()]
  const common = (port: number) => [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${PASSWORD}`,
    `masterauth ${PASSWORD}`,
    ...users,
    'dir .',
    'save ""',
    'appendonly yes',
    'maxmemory-policy noeviction',
    'repl-diskless-sync-delay 0',
  ]
  const nodes: RedisNode[] = []
  for (const [n, port] of ports.entries()) {
    const lines = [...common(port), ...(n === 0 ? [] : [`replicaof 127.0.0.1 ${ports[0]}`])]
    nodes.push(
      await startRedisNode(t, { program, directory: join(root, `node-${n}`), port, password: PASSWORD, lines }),
    )
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
        'dir .',
        `sentinel monitor ${NAME} 127.0.0.1 ${ports[0]} 2`,
        `sentinel auth-pass ${NAME} ${PASSWORD}`,
        `sentinel down-after-milliseconds ${NAME} 1000`,
        `sentinel failover-timeout ${NAME} 5000`,
        ...sentinelUsers,
      ]
      return startRedisNode(t, { program, directory: join(root, `sentinel-${n}`), port, lines, isSentinel: true })
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

  const urlFor = (user: string): string =>
    `${sentinels.map(({ port }) => `redis://${user}:${PASSWORD}@localhost:${port}`).join()}?sentinel=${NAME}`
  return { url: urlFor('auth-service'), verifierUrl: urlFor('verifier'), sentinels, nodes, masterPort }
}
