import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type ChildProcesses,
  createChildProcesses,
  ensureDatabase,
  redisProgram,
  startPostgres,
  startRedis,
} from '@latchkey/harness'

/** A Postgres and a Redis of this run alone, and what starts the measured servers beside them. */
export type DataServers = {
  readonly processes: ChildProcesses
  readonly authDatabaseUrl: string
  readonly employeeDatabaseUrl: string
  readonly redisUrl: string
  readonly postgresPid: number
  /** One more database, empty. */
  addDatabase(name: string): Promise<string>
  stop(): Promise<void>
}

const PASSWORD = 'bench-only-nothing-of-worth-inside'

/** A signal ends the run from here on, with every process that it started. */
export async function startDataServers(): Promise<DataServers> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  const directory = mkdtempSync(join(tmpdir(), 'latchkey-bench-'))
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
  // Postgres may run as another user, who needs to enter it.
  chmodSync(directory, 0o755)
  const processes = createChildProcesses()
  const program = await redisProgram((line) => console.error(line))
  const [postgres, redis] = await Promise.all([
    startPostgres({
      processes,
      directory: join(directory, 'postgres'),
      runDirectory: directory,
      superuserPassword: PASSWORD,
      durable: false,
    }),
    startRedis({
      processes,
      program,
      directory: join(directory, 'redis'),
      runDirectory: directory,
      password: PASSWORD,
    }),
  ])
  const addDatabase = (name: string): Promise<string> => ensureDatabase(postgres, { name, password: PASSWORD })
  return {
    processes,
    authDatabaseUrl: await addDatabase('auth'),
    employeeDatabaseUrl: await addDatabase('employee'),
    redisUrl: redis.url,
    postgresPid: postgres.process.pid,
    addDatabase,
    async stop() {
      await Promise.all([postgres.stop(), redis.stop()])
    },
  }
}
