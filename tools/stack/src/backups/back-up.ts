import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { backUpPostgres, backUpRedis, UserFacingError } from '@latchkey/harness'
import type { DataDirectory } from '../settings/data-directory.ts'
import { sizeOf, writeManifest } from './manifest.ts'

export type BackUpOptions = {
  readonly directory: Pick<DataDirectory, 'postgres' | 'redis' | 'secrets' | 'run'>
  /** Made here, and nothing is there before. */
  readonly target: string
  readonly say: (line: string) => void
}

/**
 * Copies both databases and Redis while they run. Redis first: a Postgres that is newer than Redis brings it up to date by itself, the other
 * way around somebody has to reconcile them.
 */
export async function backUp({ directory, target, say }: BackUpOptions): Promise<void> {
  if (existsSync(target)) throw new UserFacingError(`${target} is there already: choose another name.`)
  const unfinished = `${target}.unfinished`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(dirname(target), { recursive: true })
  mkdirSync(unfinished, { mode: 0o700 })
  const startedAt = new Date().toISOString()

  const addressOf = (server: 'postgres' | 'redis', secret: string, user: string): string => {
    const port = readFileSync(join(directory.run, `${server}.port`), 'utf8')
    const password = readFileSync(join(directory.secrets, secret), 'utf8').trim()
    const [protocol, database] = server === 'postgres' ? ['postgres', 'postgres'] : ['redis', '']
    return `${protocol}://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`
  }
  say('Redis …')
  const redis = await backUpRedis(
    addressOf('redis', 'redis-password', ''),
    directory.redis,
    join(unfinished, 'redis.rdb'),
  )
  say('Postgres …')
  const postgres = await backUpPostgres(
    addressOf('postgres', 'postgres-superuser-password', 'latchkey'),
    join(directory.postgres, 'data'),
    join(unfinished, 'postgres'),
  )
  const finishedAt = new Date().toISOString()
  await writeManifest(unfinished, { startedAt, finishedAt, postgres: postgres.version, redis: redis.version })
  renameSync(unfinished, target)
  say(`${target}: ${(sizeOf(target) / 2 ** 20).toFixed(1)} MiB of both databases and Redis, as of ${startedAt}`)
}
