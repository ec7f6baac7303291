import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureDatabase, redisProgram, startPostgres, startRedis } from '@latchkey/stack'

/** A Postgres and a Redis of this run alone. */
export type DataServers = {
  readonly authDatabaseUrl: string
  readonly employeeDatabaseUrl: string
  readonly redisUrl: string
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
  const authDatabaseUrl = await ensureDatabase(postgres, { name: 'auth', password: PASSWORD })
  const employeeDatabaseUrl = await ensureDatabase(postgres, { name: 'employee', password: PASSWORD })
  return {
    authDatabaseUrl,
    employeeDatabaseUrl,
    redisUrl: redis.url,
    async stop() {
      await Promise.all([postgres.stop(), redis.stop()])
    },
  }
}
