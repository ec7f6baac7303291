import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureDatabase, redisProgram, startPostgres, startRedis } from '@latchkey/stack'

/** A Postgres and a Redis of this run alone. */
export type DataServers = {
  readonly authDatabaseUrl: string
  readonly employeeDatabaseUrl: string
  readonly redisUrl: string
  readonly postgresPid: number
  /** One more database, empty. */
  addDatabase(name: string): Promise<string>
  stop(): Promise<void>
}

const PASSWORD = 'bench-only-nothing-of-worth-inside'

export async function startDataServers(): Promise<DataServers> {
  const directory = mkdtempSync(join(tmpdir(), 'latchkey-bench-'))
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
  // Postgres may have to run as another user, who has to get through.
  chmodSync(directory, 0o755)
  const program = await redisProgram((line) => console.error(line))
  const [postgres, redis] = await Promise.all([
    startPostgres({
      directory: join(directory, 'postgres'),
      runDirectory: directory,
      superuserPassword: PASSWORD,
      durable: false,
    }),
    startRedis({ program, directory: join(directory, 'redis'), runDirectory: directory, password: PASSWORD }),
  ])
  const addDatabase = (name: string): Promise<string> => ensureDatabase(postgres, { name, password: PASSWORD })
  return {
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
