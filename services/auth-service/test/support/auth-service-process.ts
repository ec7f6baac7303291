import { fileURLToPath } from 'node:url'
import {
  createChildProcesses,
  freePort,
  plainNode,
  type RunningProcess,
  redisUrlFor,
  type TestEnvironment,
  untilReady,
} from '@latchkey/test-kit'
import { databaseVariables } from './auth-service.ts'

const FIXTURE = fileURLToPath(new URL('./auth-service-program.ts', import.meta.url))

export type AuthServiceProcess = {
  readonly url: string
  /** Everything that it has written. */
  output(): string
  /** Like a crash: pending requests get no answer, and connections are not closed in order. */
  kill(): Promise<void>
  /** Starts it on its port, also again; resolves once it is ready. */
  start(): Promise<void>
}

/** auth-service in its own process, on a port that stays the same. Not started yet. */
export async function authServiceProcess(
  t: Parameters<typeof databaseVariables>[0],
  environment: TestEnvironment,
  variables: (url: string) => Record<string, string>,
): Promise<AuthServiceProcess> {
  const { databaseUrl, schema, redisUrl, redisPrefix } = environment
  const database = await databaseVariables(t, environment)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const processes = createChildProcesses()
  let running: RunningProcess | undefined
  let written = ''

  const kill = async (): Promise<void> => running?.kill()
  t.teardown(kill)
  return {
    url,
    output: () => written,
    kill,
    async start() {
      const started = processes.start({
        name: 'auth-service',
        ...plainNode([FIXTURE], {
          DATABASE_URL: databaseUrl,
          ...database,
          REDIS_URL: redisUrlFor('auth-service', redisUrl),
          TEST_SCHEMA: schema,
          TEST_PREFIX: redisPrefix,
          AUTH_PORT: String(port),
          AUTH_OPERATIONS_PORT: 'off',
          TOKEN_ISSUER: url,
          ...variables(url),
        }),
        cwd: process.cwd(),
        output: 'pipe',
        stopSignal: 'SIGTERM',
        graceMs: 12_000,
      })
      running = started
      for (const stream of started.outputs) {
        stream.on('data', (chunk) => {
          written += chunk
        })
      }
      await untilReady({ url, hasExited: started.hasExited, output: () => written })
    },
  }
}
