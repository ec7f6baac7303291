import { randomBytes } from 'node:crypto'
import { globSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createChildProcesses,
  ensureDatabase,
  redisProgram,
  startPostgres,
  startRedis,
  stopLeftover,
} from '@latchkey/harness'
import { TEST_FEEDS } from './test-environment.ts'

export type TestServers = {
  /** What the test files find them by. */
  environment: Record<string, string>
  stop(): Promise<void>
}

/** One Postgres and one Redis for the whole run, in a temporary directory that goes away with them. */
export async function startTestServers(): Promise<TestServers> {
  const directory = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
  const runDirectory = join(directory, 'run')
  mkdirSync(runDirectory)
  const password = randomBytes(16).toString('hex')
  try {
    const processes = createChildProcesses()
    const program = await redisProgram(console.log)
    const [postgres, redis] = await Promise.all([
      startPostgres({
        processes,
        directory: join(directory, 'postgres'),
        runDirectory,
        superuserPassword: password,
        durable: false,
        maxConnections: 400,
      }),
      startRedis({
        processes,
        program,
        directory: join(directory, 'redis'),
        runDirectory,
        password,
        feeds: TEST_FEEDS,
        durable: false,
      }),
    ])
    return {
      environment: {
        LATCHKEY_TEST_DIRECTORY: directory,
        LATCHKEY_TEST_DATABASE_URL: await ensureDatabase(postgres, { name: 'latchkey_test', password }),
        LATCHKEY_TEST_REDIS_URL: redis.url,
      },
      async stop() {
        await Promise.all([postgres.stop(), redis.stop()])
        await cleanUp(directory)
      },
    }
  } catch (error) {
    await cleanUp(directory)
    throw error
  }
}

/** Stops the private servers of test files that were killed, by the records in the directory, and removes it. */
async function cleanUp(directory: string): Promise<void> {
  for (const record of globSync(join(directory, '**', 'run', '*.json'))) await stopLeftover(record, 'SIGKILL', 1000)
  rmSync(directory, { recursive: true, force: true })
}
