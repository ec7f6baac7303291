import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { sleep } from '../sleep.ts'
import { UserFacingError } from '../user-facing-error.ts'

const DUMP = 'dump.rdb'
const POLL_MS = 100

/**
 * Has a running server write what it holds at one moment, and takes the file.
 *
 * @param url of the user `default`
 * @param directory the server's
 */
export async function backUpRedis(url: string, directory: string, target: string): Promise<{ version: string }> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null })
  redis.on('error', () => {})
  try {
    await redis.connect()
    const before = await redis.lastsave()
    // It says the time in seconds.
    while (Number((await redis.time())[0]) <= before) await sleep(POLL_MS)
    await redis.bgsave('SCHEDULE').catch((error: Error) => {
      // One that another command began: it may be older than this call, but for its data that is no harm.
      if (!error.message.includes('already in progress')) throw error
    })
    while ((await redis.lastsave()) <= before) {
      const info = await redis.info('persistence')
      const field = (name: string): string | undefined => new RegExp(`^${name}:(.+?)\\r?$`, 'm').exec(info)?.[1]
      const isIdle = field('rdb_bgsave_in_progress') === '0' && field('aof_rewrite_in_progress') === '0'
      if (isIdle && field('rdb_last_bgsave_status') !== 'ok') {
        throw new UserFacingError('Redis could not write its data; its log says why.')
      }
      await sleep(POLL_MS)
    }
    copyFileSync(join(directory, DUMP), target)
    chmodSync(target, 0o600)
    // The append-only file has it all.
    rmSync(join(directory, DUMP))
    return { version: /^redis_version:(\S+)/m.exec(await redis.info('server'))?.[1] ?? 'unknown' }
  } finally {
    redis.disconnect()
  }
}

const BASE = 'appendonly.aof.1.base.rdb'

/** Makes the directory of a server that begins with what a backup holds. With an append-only file Redis reads no other one. */
export function restoreRedis(backup: string, directory: string): void {
  const files = join(directory, 'appendonlydir')
  mkdirSync(files, { recursive: true, mode: 0o700 })
  copyFileSync(backup, join(files, BASE))
  chmodSync(join(files, BASE), 0o600)
  writeFileSync(join(files, 'appendonly.aof.manifest'), `file ${BASE} seq 1 type b\n`, { mode: 0o600 })
}
