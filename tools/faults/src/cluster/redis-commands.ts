import { poll } from '@latchkey/harness'
import { Redis } from 'ioredis'

export type Fsync = 'everysec' | 'always'

/** Sets how often the append-only file is flushed to the disk. A restart resets it. */
export const setFsync = (url: string, fsync: Fsync): Promise<unknown> =>
  withRedis(url, (redis) => redis.config('SET', 'appendfsync', fsync))

/** Rewrites the append-only file in the background, as Redis does from time to time. */
export const rewriteFile = (url: string): Promise<unknown> => withRedis(url, (redis) => redis.bgrewriteaof())

/** Makes a server the replica of the one at `primaryUrl`, and returns once it has caught up. */
export async function follow(replicaUrl: string, primaryUrl: string): Promise<void> {
  const { hostname, port, password } = new URL(primaryUrl)
  await withRedis(primaryUrl, (redis) => redis.config('SET', 'repl-diskless-sync-delay', '0'))
  await withRedis(replicaUrl, async (redis) => {
    await redis.config('SET', 'masterauth', password)
    await redis.replicaof(hostname, port)
    const isUp = async (): Promise<boolean> => /master_link_status:up/.test(await redis.info('replication'))
    if (!(await poll(isUp, { timeoutMs: 15_000 }))) throw new Error('the replica does not catch up with its primary')
  })
}

/** Makes a replica a primary. */
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
