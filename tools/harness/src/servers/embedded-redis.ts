import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { type ChildProcesses, lastLines, type RunningProcess } from '../processes/child-processes.ts'
import { freePort } from '../processes/free-port.ts'
import { stopLeftover } from '../processes/stop-leftover.ts'
import { type RedisPasswords, redisUserLines } from './redis-users.ts'
import { startWithRetries, waitUntilUp } from './start-with-retries.ts'

export type RedisOptions = {
  processes: ChildProcesses
  /** `redis-server` or `valkey-server`, see `redisProgram`. */
  program: string
  /** Holds the append-only files and the configuration; created when missing, kept between runs. */
  directory: string
  /** For the record and the log of the running server, `redis.*`. */
  runDirectory: string
  /** Of the user `default`, who has all rights, and of the others unless they have their own. Letters, digits, `-` and `_`. */
  password: string
  passwords?: RedisPasswords
  /** See {@link redisUserLines}. */
  feeds?: string
  /** Taken if it is free. */
  port?: number | undefined
  /** Allows no other port: clients already know this one. */
  fixedPort?: boolean
  /** false keeps nothing on disk: for tests only. */
  durable?: boolean
}

export type EmbeddedRedis = {
  readonly port: number
  readonly process: RunningProcess
  /** For the user `default`. */
  readonly url: string
  stop(): Promise<void>
}

/** Starts a private Redis on 127.0.0.1 and returns once it has read its data and answers. */
export async function startRedis(options: RedisOptions): Promise<EmbeddedRedis> {
  await stopLeftover(recordFile(options), 'SIGTERM', 10_000)
  mkdirSync(options.directory, { recursive: true, mode: 0o700 })
  return startWithRetries((attempt) => startServer(options, attempt))
}

const recordFile = ({ runDirectory }: RedisOptions): string => join(runDirectory, 'redis.json')

async function startServer(options: RedisOptions, attempt: number): Promise<EmbeddedRedis> {
  const { processes, directory, port: wanted, fixedPort = false } = options
  const port = fixedPort && wanted !== undefined ? wanted : await freePort(attempt === 1 ? wanted : undefined)
  const file = join(options.runDirectory, 'redis.log')
  // A file, since every user can read command lines.
  writeFileSync(join(directory, 'redis.conf'), configuration(options, port), { mode: 0o600 })
  const server = processes.start({
    name: 'Redis',
    command: options.program,
    args: ['redis.conf'],
    cwd: directory,
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
    output: { file },
    recordFile: recordFile(options),
    stopSignal: 'SIGTERM',
    graceMs: 10_000,
  })

  const url = `redis://:${options.password}@127.0.0.1:${port}`
  await waitUntilUp(server, () => answers(url), {
    timeoutMs: 60_000,
    lastLog: () => `Redis did not start, its last lines in ${file}:\n${lastLines(file)}`,
  })
  return { port, process: server, url, stop: () => server.stop() }
}

const configuration = (
  { password, passwords = { 'auth-service': password, verifier: password }, feeds, durable = true }: RedisOptions,
  port: number,
): string =>
  [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    ...redisUserLines(passwords, feeds),
    'dir .',
    'daemonize no',
    'save ""',
    `appendonly ${durable ? 'yes' : 'no'}`,
    'appendfsync everysec',
    // Keeps the hash of a user compact, see docs/rotation.md; by the older name, which Redis 6 knows as well.
    'hash-max-ziplist-value 1024',
    // Sessions must never vanish silently: a full Redis refuses writes.
    'maxmemory-policy noeviction',
    '',
  ].join('\n')

async function answers(url: string): Promise<boolean> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 2000,
    commandTimeout: 2000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    // Its timer would outlive a refused connection.
    disconnectTimeout: 0,
  })
  redis.on('error', () => {})
  try {
    // Connecting waits until the data is loaded.
    await redis.connect()
    return (await redis.ping()) === 'PONG'
  } catch {
    return false
  } finally {
    redis.disconnect()
  }
}
