import { eventually, privatePostgres } from '@latchkey/test-kit'
import t from 'tap'
import { authServer } from '../support/auth-server.ts'
import { employeeApp, WRITER } from '../support/employee-app.ts'
import { createLinked, offboardingOf, readAs, terminate, untilState } from '../support/offboarding-app.ts'
import { startWorker } from '../support/worker.ts'

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
