import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { createDatabase } from '@latchkey/database'
import { eventually, privatePostgres } from '@latchkey/test-kit'
import t from 'tap'
import { buildApp, loadConfig } from '../src/index.ts'
import { KEYS, NOWHERE, READER, testConfig, WRITER } from './support/employee-app.ts'

const MAIN = new URL('../src/main.ts', import.meta.url)
const SECRET = 'a-secret-of-thirty-two-bytes-or-more'
const required = {
  EMPLOYEE_DATABASE_URL: 'postgres://employee:secret@localhost/employees',
  ACCESS_TOKEN_SECRET: SECRET,
  REDIS_URL: 'redis://:secret@localhost:6379',
  AUTH_URL: 'http://localhost:3001',
  EMPLOYEE_CLIENT_SECRET: SECRET,
}

const spawnMain = (env: Record<string, string>) =>
  spawn(process.execPath, [fileURLToPath(MAIN)], { env: { NODE_OPTIONS: process.env.NODE_OPTIONS, ...env } })

async function listensOn({ stdout }: ChildProcessWithoutNullStreams): Promise<string> {
  for await (const line of createInterface(stdout)) {
    const [, origin] = / listens on (http:\/\/127\.0\.0\.1:\d+)/.exec(line) ?? []
    if (origin !== undefined) return origin
  }
  throw new Error('main ended without listening')
}

t.test('five settings are enough; the rest has defaults', async (t) => {
  const { tokens, ...config } = loadConfig(required)
  t.same(config, {
    listening: {
      address: { host: '127.0.0.1', port: 3002, settings: { host: 'HOST', port: 'EMPLOYEE_PORT' } },
      operations: {
        host: '127.0.0.1',
        port: 3092,
        settings: { host: 'OPERATIONS_HOST', port: 'EMPLOYEE_OPERATIONS_PORT' },
      },
      shutdownDelayMs: 250,
    },
    apiDocs: true,
    database: { url: required.EMPLOYEE_DATABASE_URL },
    revocations: { redisUrl: required.REDIS_URL, maxStalenessMs: 30_000, onStale: 'accept' },
    auth: {
      baseUrl: required.AUTH_URL,
      tokenUrl: 'http://localhost:3001/oauth/token',
      clientId: 'employee-service',
      clientSecret: SECRET,
    },
    publicUrl: undefined,
    allowedOrigins: [],
    trustProxy: [],
    logLevel: 'info',
  })
  t.match(tokens, { issuer: 'http://localhost:3001', audience: 'latchkey' })
  t.equal('current' in tokens.keys && tokens.keys.current().get('default')?.verifyWith, SECRET)
})

t.test('the issuer follows the port of auth-service unless it is given', async (t) => {
  t.equal(loadConfig({ ...required, AUTH_PORT: '4001' }).tokens.issuer, 'http://localhost:4001')
  const given = { ...required, AUTH_PORT: '4001', TOKEN_ISSUER: 'https://auth.example.com' }
  t.equal(loadConfig(given).tokens.issuer, 'https://auth.example.com')
})

t.test('EMPLOYEE_REDIS_URL is enough, and comes before REDIS_URL', async (t) => {
  const { REDIS_URL, ...others } = required
  const own = 'redis://verifier:secret@localhost:6379'
  const redisUrlOf = (env: Record<string, string>) => loadConfig(env).revocations.redisUrl
  t.equal(redisUrlOf({ ...required, EMPLOYEE_REDIS_URL: own }), own)
  t.equal(redisUrlOf({ ...others, EMPLOYEE_REDIS_URL: own }), own)
  t.throws(() => loadConfig(others), { message: 'Invalid settings:\n  REDIS_URL (or REDIS_URL_FILE) must be set' })
  t.throws(() => loadConfig({ ...others, EMPLOYEE_REDIS_URL: 'http://localhost' }), {
    message: /^Invalid settings:\n {2}EMPLOYEE_REDIS_URL must be a redis:[^\n]*$/,
  })
})

t.test('bad settings end the process with 1; all are named, without their values', async (t) => {
  const env = {
    EMPLOYEE_DATABASE_URL: 'mysql://root:hunter2@localhost/x',
    ACCESS_TOKEN_SECRET: 'k1:tooshort',
    REDIS_URL: 'http://:letmein@localhost',
    AUTH_URL: 'ftp://postern.example',
    REVOCATION_MAX_STALENESS: 'forever',
    ON_STALE_REVOCATIONS: 'shrug',
    EMPLOYEE_PORT: '99999',
    LOG_LEVEL: 'loud',
    TRUST_PROXY: 'everyone',
  }
  const main = spawnMain(env)
  const [message, [code]] = await Promise.all([text(main.stderr), once(main, 'exit')])
  t.equal(code, 1)
  for (const name of Object.keys(env)) t.match(message, name)
  for (const value of ['hunter2', 'tooshort', 'letmein', 'postern', 'forever', 'shrug', '99999', 'loud', 'everyone'])
    t.notMatch(message, value)
  t.notMatch(message, /\n\s+at /, 'no stack')
})

t.test(
  'an environment that feeds auth-service too is told once that its Redis user can do more than read',
  async (t) => {
    const { database, revocations } = await testConfig(t)
    const url = new URL(database.url)
    url.searchParams.set('options', `-c search_path=${database.schema}`)
    const env = {
      EMPLOYEE_DATABASE_URL: url.href,
      ACCESS_TOKEN_SECRET: KEYS,
      REDIS_URL: revocations.redisUrl,
      AUTH_URL: NOWHERE.baseUrl,
      EMPLOYEE_CLIENT_SECRET: NOWHERE.clientSecret,
      EMPLOYEE_PORT: '0',
      EMPLOYEE_OPERATIONS_PORT: 'off',
    }
    for (const { more, warnings } of [
      { more: {}, warnings: 0 },
      { more: { REFRESH_TOKEN_SECRET: SECRET }, warnings: 1 },
      { more: { REFRESH_TOKEN_SECRET: SECRET, EMPLOYEE_REDIS_URL: revocations.redisUrl }, warnings: 0 },
    ]) {
      const main = spawnMain({ ...env, ...more })
      t.teardown(() => main.kill('SIGKILL'))
      let output = ''
      main.stdout.on('data', (chunk) => {
        output += chunk
      })
      t.ok(await eventually(() => output.includes(' listens on ')))
      main.kill('SIGTERM')
      await once(main, 'exit')
      t.equal(output.split('\n').filter((line) => line.includes('EMPLOYEE_REDIS_URL')).length, warnings)
    }
  },
)

t.test('the process serves on its own, without auth-service, until it is asked to stop', async (t) => {
  const { database, revocations } = await testConfig(t)
  const url = new URL(database.url)
  url.searchParams.set('options', `-c search_path=${database.schema}`)
  const main = spawnMain({
    EMPLOYEE_DATABASE_URL: url.href,
    ACCESS_TOKEN_SECRET: KEYS,
    REDIS_URL: revocations.redisUrl,
    AUTH_URL: NOWHERE.baseUrl,
    EMPLOYEE_CLIENT_SECRET: NOWHERE.clientSecret,
    EMPLOYEE_PORT: '0',
  })
  t.teardown(() => main.kill('SIGKILL'))

  const origin = await listensOn(main)
  const payload = { firstName: 'Grace', lastName: 'Hopper', email: 'grace@example.com' }
  const body = JSON.stringify(payload)
  const created = await fetch(`${origin}/employees`, {
    method: 'POST',
    headers: { ...WRITER, 'content-type': 'application/json' },
    body,
  })
  t.equal(created.status, 201)
  const found = await fetch(new URL(created.headers.get('location') ?? '', origin), { headers: READER })
  t.match(await found.json(), payload)

  main.kill('SIGTERM')
  t.same(await once(main, 'exit'), [0, null])
})

t.test('a boot that fails on its way closes what it has opened', async (t) => {
  const { url } = await privatePostgres(t)
  const { pool, close } = createDatabase({ url, poolSize: 1 })
  t.teardown(close)
  const connections = async (): Promise<unknown[]> => {
    const { rows } = await pool.query(`select application_name from pg_stat_activity
      where backend_type = 'client backend' and pid <> pg_backend_pid()`)
    return rows
  }
  await pool.query('create schema taken_jobs create table version (of_another_program text)')
  const config = { ...(await testConfig(t)), database: { url }, logLevel: 'silent' } as const
  const broken = {
    'no address of auth-service': { ...config, auth: { ...config.auth, baseUrl: 'nowhere' } },
    'no address of Redis': { ...config, revocations: { redisUrl: 'nowhere' } },
    'foreign tables where the jobs should be': { ...config, database: { url, schema: 'taken' } },
  }
  for (const [what, config] of Object.entries(broken)) {
    await t.rejects(buildApp(config), what)
    t.ok(await eventually(async () => (await connections()).length === 0), what)
  }
})

t.test('replicas may boot at the same time on an empty database', async (t) => {
  const config = { ...(await testConfig(t)), logLevel: 'silent' } as const
  const replicas = await Promise.all(Array.from({ length: 4 }, () => buildApp(config)))
  for (const app of replicas) {
    t.equal((await app.inject({ url: '/employees', headers: READER })).statusCode, 200)
    await app.close()
  }
})

t.test('employees outlive a restart of the service', async (t) => {
  const config = { ...(await testConfig(t)), logLevel: 'silent' } as const
  const payload = { firstName: 'Grace', lastName: 'Hopper', email: 'grace@example.com' }
  const before = await buildApp(config)
  const created = await before.inject({ method: 'POST', url: '/employees', headers: WRITER, payload })
  await before.close()

  const after = await buildApp(config)
  const found = await after.inject({ url: `${created.headers.location}`, headers: READER })
  t.same(found.json(), created.json())
  await after.close()
})

t.end()
