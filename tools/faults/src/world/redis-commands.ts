import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'

export type Fsync = 'everysec' | 'always'

/** How often the append-only file is put on the disk. To be set again after each start. */
export const setFsync = (url: string, fsync: Fsync): Promise<unknown> =>
  withRedis(url, (redis) => redis.config('SET', 'appendfsync', fsync))

/** Has the append-only file written anew in the background, as happens now and then. */
export const rewriteFile = (url: string): Promise<unknown> => withRedis(url, (redis) => redis.bgrewriteaof())

/** Makes a server the replica of the one at `primaryUrl`, and returns once it has all that was written so far. */
export async function follow(replicaUrl: string, primaryUrl: string): Promise<void> {
  const { hostname, port, password } = new URL(primaryUrl)
  await withRedis(primaryUrl, (redis) => redis.config('SET', 'repl-diskless-sync-delay', '0'))
  await withRedis(replicaUrl, async (redis) => {
    await redis.config('SET', 'masterauth', password)
    await redis.replicaof(hostname, port)
    const deadline = Date.now() + 15_000
    while (!/master_link_status:up/.test(await redis.info('replication'))) {
      if (Date.now() > deadline) throw new Error('the replica does not catch up with its primary')
      await delay(20)
    }
  })
}

/** Makes a replica the primary of its own. */
export const promote = (url: string): Promise<unknown> => withRedis(url, (redis) => redis.replicaof('NO', 'ONE'))

async function withRedis<Result>(url: string, use: (redis: Redis) => Promise<Result>): Promise<Result> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, disconnectTimeout: 0 })
  redis.on('error', () => {})
  await redis.connect()
  try {
    return await use(redis)
  } finally {
    redis.disconnect()
  }
}
