import { createDatabase } from '@latchkey/database'
import { eventually, NO_HURRY, privateRedisCluster, type RedisCluster, testEnvironment } from '@latchkey/test-kit'
import { type SignedIn, startAuthService, type TestService, untilReady } from './auth-service.ts'

type Scope = Parameters<typeof testEnvironment>[0]
type Node = RedisCluster['nodes'][number]

export type OnCluster = {
  readonly cluster: RedisCluster
  readonly auth: TestService
  /** The place of the master that keeps a key. */
  placeOf(key: string): Promise<number>
  /** A new user, signed in, whose sessions this master keeps. */
  userOn(place: number): Promise<SignedIn>
  /** Makes everything that was recorded so far ten minutes older: longer than any margin of recovery, shorter than a token lives. */
  age(): Promise<void>
  /** Waits until each of these masters has the checkpoint of what was recorded last. */
  untilFollowed(places: readonly number[]): Promise<void>
}

/** auth-service on a Redis Cluster of three masters. */
export async function startOnCluster(t: Scope, options: { readonly replicas?: boolean } = {}): Promise<OnCluster> {
  const environment = await testEnvironment(t)
  const cluster = await startCluster(t, options)
  const auth = await startAuthService(t, { environment: { ...environment, redisUrl: cluster.url } })
  const { schema, redisPrefix } = environment
  const database = createDatabase<unknown>({ url: environment.databaseUrl, schema, poolSize: 1, ...NO_HURRY })
  t.teardown(() => database.close())
  await untilReady(auth)

  /** Other nodes redirect. */
  async function placeOf(key: string): Promise<number> {
    const nodes = [...cluster.nodes, ...cluster.replicas]
    const found = await Promise.all(nodes.map((node) => ask(node, (redis) => redis.exists(key)).catch(() => 0)))
    return found.indexOf(1) % cluster.nodes.length
  }

  async function userOn(place: number): Promise<SignedIn> {
    for (;;) {
      const user = await auth.newUser()
      if ((await placeOf(`${redisPrefix}user:{${user.userId}}`)) === place) return user
    }
  }

  async function untilFollowed(places: readonly number[]): Promise<void> {
    const { rows } = await database.pool.query('select max(id)::text as last from session_events')
    for (const place of places) {
      const node = cluster.nodes[place]
      if (node === undefined) throw new Error(`no master ${place}`)
      await eventually(() =>
        ask(node, async (redis) => {
          const fences = await redis.keys(`${redisPrefix}fence:*`)
          const checkpoints = await Promise.all(fences.map((fence) => redis.hget(fence, 'checkpoint')))
          return checkpoints.includes(rows[0]?.last)
        }),
      )
    }
  }

  return {
    cluster,
    auth,
    placeOf,
    userOn,
    async age() {
      await database.pool.query(`update session_events set at = at - interval '10 minutes'`)
    },
    untilFollowed,
  }
}

async function startCluster(t: Scope, options: { readonly replicas?: boolean }): Promise<RedisCluster> {
  const cluster = await privateRedisCluster(t, options)
  if (cluster === undefined) throw new Error('a cluster without TLS needs no openssl')
  return cluster
}

/** Asks one node by a connection of its own. */
export async function ask<Answer>(node: Node, question: (redis: ReturnType<Node['connect']>) => Promise<Answer>) {
  const redis = node.connect()
  try {
    return await question(redis)
  } finally {
    redis.disconnect()
  }
}
