import { fileURLToPath } from 'node:url'
import { createChildProcesses, eventually, privatePostgres, type RunningProcess } from '@latchkey/test-kit'
import t from 'tap'
import type { Config } from '../../src/index.ts'
import { authServer } from '../support/auth-server.ts'
import { employeeApp, KEYS, WRITER } from '../support/employee-app.ts'
import { createLinked, offboardingOf, readAs, terminate, untilState } from '../support/offboarding-app.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

function startWorker({ database, revocations, auth }: Config): RunningProcess {
  const url = new URL(database.url)
  url.searchParams.set('options', `-c search_path=${database.schema}`)
  return createChildProcesses().start({
    name: 'employee-service',
    command: process.execPath,
    args: [MAIN],
    cwd: process.cwd(),
    output: 'stderr',
    env: {
      NODE_OPTIONS: process.env.NODE_OPTIONS,
      EMPLOYEE_DATABASE_URL: url.href,
      ACCESS_TOKEN_SECRET: KEYS,
      REDIS_URL: revocations.redisUrl,
      AUTH_URL: auth.baseUrl,
      EMPLOYEE_CLIENT_SECRET: auth.clientSecret,
      EMPLOYEE_PORT: '0',
    },
    stopSignal: 'SIGTERM',
    graceMs: 12_000,
  })
}

t.test('a worker that is killed before it hears the answer is replaced, and the account disabled once', async (t) => {
  const auth = await authServer(t)
  await auth.stop()
  const { app, config } = await employeeApp(t, (config) => ({ ...config, auth: auth.config }))
  const linked = await createLinked(app)
  await terminate(app, linked)
  await app.close()

  const worker = startWorker(config)
  t.teardown(() => worker.kill())
  auth.beforeAnswer = () => worker.kill()
  await auth.start()
  await worker.exited
  auth.beforeAnswer = async () => {}
  t.equal(auth.disablings.get(linked.userId), 1)

  const { app: successor } = await employeeApp(t, () => config)
  t.equal((await offboardingOf(successor, linked)).state, 'pending')
  t.equal(await readAs(successor, linked), '401 token_revoked')
  await untilState(successor, linked, 'done')
  t.equal(auth.disablings.get(linked.userId), 1)
})

t.test(
  'Postgres is killed while auth-service answers: the account is disabled once, and the offboarding is done',
  async (t) => {
    const postgres = await privatePostgres(t)
    const auth = await authServer(t)
    const { app } = await employeeApp(t, (config) => ({
      ...config,
      auth: auth.config,
      database: { url: postgres.url },
    }))
    const linked = await createLinked(app)
    const killed = Promise.withResolvers<void>()
    auth.beforeAnswer = async () => {
      auth.beforeAnswer = async () => {}
      await postgres.kill()
      killed.resolve()
    }
    await terminate(app, linked)
    await killed.promise
    t.equal(await readAs(app, linked), '401 token_revoked', 'what is known stays refused')
    await postgres.start()
    await eventually(async () => (await app.inject({ url: linked.url, headers: WRITER })).statusCode === 200)
    await untilState(app, linked, 'done')
    t.equal(auth.disablings.get(linked.userId), 1)
  },
)

t.end()
