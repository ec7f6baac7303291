import { randomInt } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { createDatabase } from '@latchkey/database'
import {
  createChildProcesses,
  freePort,
  NO_HURRY,
  plainNode,
  redisUrlFor,
  type TestScope,
  testEnvironment,
  untilDecided,
  untilReady,
} from '@latchkey/test-kit'
import { KEYS, NOWHERE } from './employee-app.ts'

// Its own test program: hashing is cheap, and the schema and the keys are those of one test.
const PROGRAM = fileURLToPath(new URL('../../../auth-service/test/support/auth-service-program.ts', import.meta.url))
const ADMIN = { email: 'root@example.test', password: 'correct horse battery staple' }
const PASSWORD = 'violet-harbour-sings-7'

export type Answer = { readonly status: number; readonly body: Record<string, unknown> }

/** The real auth-service, in a process of its own, on a port that stays the same. It runs already. */
export async function authServiceProcess(t: TestScope, variables: Record<string, string> = {}) {
  const environment = await testEnvironment(t)
  const database = createDatabase<unknown>({ url: environment.databaseUrl, schema: environment.schema, ...NO_HURRY })
  t.teardown(() => database.close())
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const start = async (): Promise<() => Promise<void>> => {
    const running = createChildProcesses().start({
      name: 'auth-service',
      ...plainNode([PROGRAM], {
        DATABASE_URL: environment.databaseUrl,
        REDIS_URL: redisUrlFor('auth-service', environment.redisUrl),
        TEST_SCHEMA: environment.schema,
        TEST_PREFIX: environment.redisPrefix,
        AUTH_PORT: String(port),
        AUTH_OPERATIONS_PORT: 'off',
        TOKEN_ISSUER: 'http://localhost:3001',
        ACCESS_TOKEN_SECRET: KEYS,
        REFRESH_TOKEN_SECRET: 'r1:refresh-refresh-refresh-refresh-refresh',
        ADMIN_EMAIL: ADMIN.email,
        ADMIN_PASSWORD: ADMIN.password,
        EMPLOYEE_CLIENT_SECRET: NOWHERE.clientSecret,
        TRUST_PROXY: '127.0.0.1/32',
        ...variables,
      }),
      cwd: process.cwd(),
      output: 'pipe',
      stopSignal: 'SIGTERM',
      graceMs: 12_000,
    })
    let output = ''
    for (const stream of running.outputs) {
      stream.on('data', (chunk) => {
        output += chunk
      })
    }
    t.teardown(() => running.kill())
    await untilReady({ url, hasExited: running.hasExited, output: () => output })
    return () => running.kill()
  }
  let kill = await start()

  async function ask(method: string, path: string, body?: object, token?: string) {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        // No test is about what one address may ask for.
        'x-forwarded-for': Array.from({ length: 4 }, () => randomInt(1, 255)).join('.'),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const answered = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
    return { status: response.status, retryAfter: response.headers.get('retry-after'), body: answered }
  }
  /** Again while the service is busy. */
  async function call(...asked: Parameters<typeof ask>): Promise<Answer> {
    const { status, body } = await untilDecided(
      () => ask(...asked),
      (answer) => answer,
    )
    return { status, body }
  }
  const login = await call('POST', '/auth/login', { ...ADMIN, delivery: 'body' })

  return {
    url,
    environment,
    /** Its database. */
    database,
    call,
    /** As the administrator. */
    asAdmin: (method: string, path: string, body?: object) => call(method, path, body, String(login.body.accessToken)),
    /** What a person does with a link. */
    accept: (token: string) =>
      call('POST', '/auth/invitations/accept', { token, password: PASSWORD, delivery: 'body' }),
    kill: () => kill(),
    async start() {
      kill = await start()
    },
  }
}
