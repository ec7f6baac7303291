import { chownSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { type Account, type ChildProcesses, lastLines, type RunningProcess } from '../processes/child-processes.ts'
import { freePort } from '../processes/free-port.ts'
import { stopLeftover } from '../processes/stop-leftover.ts'
import { UserFacingError } from '../user-facing-error.ts'
import { postgresAccount } from './postgres-account.ts'
import { postgresBinaries } from './postgres-binaries.ts'
import { ensureCluster, openFor, postgresEnvironment } from './postgres-cluster.ts'
import { startWithRetries, waitUntilUp } from './start-with-retries.ts'

export type PostgresOptions = {
  processes: ChildProcesses
  /** Holds the cluster; created when missing, kept between runs. */
  directory: string
  /** For the record and the log of the running server, `postgres.*`. */
  runDirectory: string
  superuserPassword: string
  /** Taken if it is free. */
  port?: number | undefined
  /** Allows no other port: clients already know this one. */
  fixedPort?: boolean
  /** false survives a killed process but no power failure: for tests only. */
  durable?: boolean
  maxConnections?: number
}

export type EmbeddedPostgres = {
  readonly port: number
  readonly process: RunningProcess
  /** Address for the superuser `latchkey`. */
  url(database?: string): string
  stop(): Promise<void>
}

const SUPERUSER = 'latchkey'

/** Starts a private Postgres on 127.0.0.1, creates its cluster if there is none, and returns once it answers. */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const { directory, runDirectory, durable = true } = options
  await stopLeftover(recordFile(runDirectory), 'SIGINT', 10_000)

  const account = postgresAccount()
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  if (account) chownSync(directory, account.uid, account.gid)
  // No server of ours runs now. The file of a killed one may name a pid that belongs to a foreign process today.
  rmSync(join(directory, 'data', 'postmaster.pid'), { force: true })

  const { initdb, postgres, release } = postgresBinaries(account, join(runDirectory, 'postgres.copy'))
  try {
    const password = options.superuserPassword
    await ensureCluster({ directory, initdb, account, superuser: SUPERUSER, password, durable })
    const server = await startWithRetries((attempt) => startServer(options, postgres, account, attempt))
    return {
      ...server,
      async stop() {
        await server.process.stop()
        release()
      },
    }
  } catch (error) {
    release()
    throw error
  }
}

const recordFile = (runDirectory: string): string => join(runDirectory, 'postgres.json')

async function startServer(options: PostgresOptions, command: string, account: Account | undefined, attempt: number) {
  const { processes, directory, runDirectory, port: wanted, fixedPort = false } = options
  const port = fixedPort && wanted !== undefined ? wanted : await freePort(attempt === 1 ? wanted : undefined)
  const file = join(runDirectory, 'postgres.log')
  const seen = openFor(account, directory)
  const server = processes.start({
    name: 'Postgres',
    command,
    args: ['-D', `${seen.path}/data`, ...settings(options, port).flatMap((setting) => ['-c', setting])],
    cwd: '/',
    env: postgresEnvironment,
    account,
    descriptors: seen.descriptors,
    output: { file },
    recordFile: recordFile(runDirectory),
    stopSignal: 'SIGINT',
    graceMs: 10_000,
  })
  seen.close()

  const url = (database = 'postgres'): string =>
    `postgres://${SUPERUSER}:${encodeURIComponent(options.superuserPassword)}@127.0.0.1:${port}/${database}`
  await waitUntilUp(server, () => answers(url(), directory), {
    timeoutMs: 60_000,
    lastLog: () => `Postgres did not start, its last lines in ${file}:\n${lastLines(file)}`,
  })
  return { port, process: server, url }
}

const settings = ({ maxConnections = 100, durable = true }: PostgresOptions, port: number): string[] => [
  'listen_addresses=127.0.0.1',
  `port=${port}`,
  'unix_socket_directories=',
  `max_connections=${maxConnections}`,
  ...(durable ? [] : ['fsync=off', 'full_page_writes=off']),
]

async function answers(url: string, directory: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 })
  client.on('error', () => {})
  try {
    await client.connect()
    return true
  } catch (error) {
    // 28P01 is invalid_password; everything else means "not yet".
    if ((error as { code?: string }).code !== '28P01') return false
    throw new UserFacingError(
      `The Postgres data in ${directory} does not take the password kept for it. Restore the secret that belongs to it, or remove both to start from scratch.`,
    )
  } finally {
    await client.end().catch(() => {})
  }
}
