import { randomBytes } from 'node:crypto'
import { globSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createChildProcesses,
  createScope,
  ensureDatabase,
  redisProgram,
  startPostgres,
  startRedis,
  stopLeftover,
  type TestScope,
  UserFacingError,
} from '@latchkey/harness'
import { pgbouncerProgram } from './pgbouncer.ts'
import { redisBehindSentinels, redisCluster } from './private-redis.ts'
import { TEST_FEEDS } from './test-environment.ts'
import { TOPOLOGY_VARIABLE, type Topology } from './topology.ts'

export type TestServers = {
  /** What the test files find them by. */
  environment: Record<string, string>
  stop(): Promise<void>
}

/** One Postgres and one Redis for the whole run, in a temporary directory that goes away with them. */
export async function startTestServers(topology: Topology = 'single'): Promise<TestServers> {
  if (topology === 'pgbouncer' && (await pgbouncerProgram()) === undefined) {
    throw new UserFacingError('There is no pgbouncer on PATH (Debian, Ubuntu: apt-get install pgbouncer).')
  }
  const outer = process.env.LATCHKEY_TEST_DIRECTORY
  const directory = mkdtempSync(join(outer ?? tmpdir(), 'latchkey-test-'))
  const scope = createScope()
  scope.teardown(() => cleanUp(directory))
  // As test files have it: what a killed run leaves behind is found there.
  process.env.LATCHKEY_TEST_DIRECTORY = directory
  scope.teardown(async () => {
    if (outer === undefined) delete process.env.LATCHKEY_TEST_DIRECTORY
    else process.env.LATCHKEY_TEST_DIRECTORY = outer
  })
  try {
    const [databaseUrl, redisUrl] = await Promise.all([
      startDatabase(scope, directory),
      startSharedRedis(scope, directory, topology),
    ])
    return {
      environment: {
        LATCHKEY_TEST_DIRECTORY: directory,
        LATCHKEY_TEST_DATABASE_URL: databaseUrl,
        LATCHKEY_TEST_REDIS_URL: redisUrl,
        [TOPOLOGY_VARIABLE]: topology,
      },
      stop: scope.close,
    }
  } catch (error) {
    await scope.close()
    throw error
  }
}

async function startDatabase(scope: TestScope, directory: string): Promise<string> {
  const password = randomBytes(16).toString('hex')
  const postgres = await startPostgres({
    processes: createChildProcesses(),
    directory: join(directory, 'postgres'),
    runDirectory: runDirectoryOf(directory),
    superuserPassword: password,
    durable: false,
    maxConnections: 400,
  })
  scope.teardown(() => postgres.stop())
  return ensureDatabase(postgres, { name: 'latchkey_test', password })
}

async function startSharedRedis(scope: TestScope, directory: string, topology: Topology): Promise<string> {
  if (topology === 'cluster') return (await redisCluster(scope)).url
  if (topology === 'sentinel') return (await redisBehindSentinels(scope)).url
  const redis = await startRedis({
    processes: createChildProcesses(),
    program: await redisProgram(console.log),
    directory: join(directory, 'redis'),
    runDirectory: runDirectoryOf(directory),
    password: randomBytes(16).toString('hex'),
    feeds: TEST_FEEDS,
    durable: false,
  })
  scope.teardown(() => redis.stop())
  return redis.url
}

function runDirectoryOf(directory: string): string {
  const runDirectory = join(directory, 'run')
  mkdirSync(runDirectory, { recursive: true })
  return runDirectory
}

/** Stops the private servers of test files that were killed, by the records in the directory, and removes it. */
async function cleanUp(directory: string): Promise<void> {
  for (const record of globSync(join(directory, '**', 'run', '*.json'))) await stopLeftover(record, 'SIGKILL', 1000)
  rmSync(directory, { recursive: true, force: true })
}
