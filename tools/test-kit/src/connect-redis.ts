import { Cluster, Redis } from 'ioredis'

/** What a test asks Redis with, whatever shape that has. */
export type RedisClient = Redis | Cluster

/** A connection of the test's own, by an address as `REDIS_URL` takes it: of one server, of a Cluster's nodes, or of Sentinels. */
export function connectRedis(address: string): RedisClient {
  const urls = address.split(',').map((url) => new URL(url))
  const [first] = urls
  if (first === undefined) throw new Error('an address of Redis')
  const name = urls.map(({ searchParams }) => searchParams.get('sentinel')).find((each) => each !== null)
  if (urls.length === 1 && !name) return new Redis(address)

  const username = decodeURIComponent(first.username)
  const password = decodeURIComponent(first.password)
  const nodes = urls.map(({ hostname, port }) => ({ host: hostname, port: Number(port) }))
  const user = { ...(username !== '' && { username }), password }
  if (!name) return new Cluster(nodes, { redisOptions: user })
  const atSentinels = { ...(username !== '' && { sentinelUsername: username }), sentinelPassword: password }
  return new Redis({ ...user, ...atSentinels, name, sentinels: nodes })
}

/** Every node that takes writes. */
export async function mastersOf(redis: RedisClient): Promise<readonly Redis[]> {
  if (redis instanceof Redis) return [redis]
  // Before the first answer it knows none.
  await redis.ping()
  return redis.nodes('master')
}

/** The keys of all nodes that match a pattern. */
export async function keysOf(redis: RedisClient, pattern: string): Promise<string[]> {
  const found = await Promise.all((await mastersOf(redis)).map((node) => node.keys(pattern)))
  return found.flat()
}

/** Empties every node. */
export async function flushAll(redis: RedisClient): Promise<void> {
  await Promise.all((await mastersOf(redis)).map((node) => node.flushall()))
}
