import { setTimeout as sleep } from 'node:timers/promises'
import { eventually, privatePostgres, privateRedis, redisUrlFor, tcpRelay } from '@latchkey/test-kit'
import t from 'tap'
import { buildApp } from '../../src/index.ts'
import { authServer } from '../support/auth-server.ts'
import { employeeApp, WRITER } from '../support/employee-app.ts'
import { createLinked, offboardingOf, readAs, terminate, untilState } from '../support/offboarding-app.ts'

/** What is promised. */
const WITHIN_MS = 1000

t.test('every replica refuses within a second, with auth-service and Redis away', async (t) => {
  const redis = await privateRedis(t)
  const auth = await authServer(t)
  const { app, config } = await employeeApp(t, (config) => ({
    ...config,
    auth: auth.config,
    revocations: { redisUrl: redisUrlFor('verifier', redis.url) },
  }))
  const quiet = { ...config, logLevel: 'silent' } as const
  const replicas = [app, await buildApp(quiet), await buildApp(quiet)]
  t.teardown(() => Promise.all(replicas.map((replica) => replica.close())))
  await auth.stop()
  await redis.kill()

  const linked = await createLinked(app)
  const other = await createLinked(app)
  for (const replica of replicas) t.equal(await readAs(replica, linked), '200')
  t.equal((await terminate(app, linked)).statusCode, 202)
  t.equal(await readAs(app, linked), '401 token_revoked', 'at once where it was answered')
  await sleep(WITHIN_MS)
  for (const replica of replicas) {
    t.equal(await readAs(replica, linked), '401 token_revoked')
    t.equal(await readAs(replica, linked, 3), '401 token_revoked', 'also a token that is issued now')
    t.equal(await readAs(replica, other), '200')
  }

  await redis.start()
  const late = await buildApp(quiet)
  t.teardown(() => late.close())
  await eventually(async () => (await late.inject('/health/ready')).statusCode === 200)
  t.equal(await readAs(late, linked), '401 token_revoked', 'who starts later knows it before being ready')
})

t.test('once the offboarding is done earlier tokens stay refused, and later ones work', async (t) => {
  const auth = await authServer(t)
  const { app, config } = await employeeApp(t, (config) => ({ ...config, auth: auth.config }))
  const linked = await createLinked(app)
  await terminate(app, linked)
  await untilState(app, linked, 'done')
  const { requestedAt } = await offboardingOf(app, linked)
  const secondsUntil = (time: string) => Math.floor(Date.parse(time) / 1000) - Math.floor(Date.now() / 1000)
  const late = await buildApp({ ...config, logLevel: 'silent' })
  t.teardown(() => late.close())
  for (const replica of [app, late]) {
    await eventually(async () => (await readAs(replica, linked)) === '200')
    t.equal(await readAs(replica, linked, -600), '401 token_revoked')
    t.equal(await readAs(replica, linked, secondsUntil(requestedAt)), '401 token_revoked')
    t.equal(await readAs(replica, linked, 1), '200', 'an administrator may enable the account again')
  }
  t.match((await app.operations.inject('/metrics')).body, /^offboarding_refusals_total [1-9]/m)
})

t.test(
  'what auth-service refuses to disable is accepted by every replica within a second, also when it is retried',
  async (t) => {
    const auth = await authServer(t)
    const { app, config } = await employeeApp(t, (config) => ({ ...config, auth: auth.config }))
    const quiet = { ...config, logLevel: 'silent' } as const
    const replicas = [app, await buildApp(quiet), await buildApp(quiet)]
    t.teardown(() => Promise.all(replicas.map((replica) => replica.close())))
    const linked = await createLinked(app)
    const isAccepted = async (when: string) => {
      for (const replica of replicas) t.equal(await readAs(replica, linked), '200', when)
    }
    auth.answers.set(linked.userId, { status: 503, code: 'unavailable' })
    await terminate(app, linked)
    await eventually(async () => (await offboardingOf(app, linked)).attempts > 0)
    await sleep(WITHIN_MS)
    for (const replica of replicas) t.equal(await readAs(replica, linked), '401 token_revoked', 'while it is pending')

    auth.answers.set(linked.userId, { status: 409, code: 'last_admin' })
    await untilState(app, linked, 'failed')
    await sleep(WITHIN_MS)
    await isAccepted('a second after the failure')
    const late = await buildApp(quiet)
    replicas.push(late)
    await isAccepted('also by one that starts later')

    const retry = () => app.inject({ method: 'POST', url: `${linked.url}/offboarding/retry`, headers: WRITER })
    auth.answers.set(linked.userId, { status: 503, code: 'unavailable' })
    t.equal((await retry()).json().state, 'pending')
    await sleep(WITHIN_MS)
    await isAccepted('while it is retried')
    auth.answers.delete(linked.userId)
    await untilState(app, linked, 'done')
    await sleep(WITHIN_MS)
    for (const replica of replicas) t.equal(await readAs(replica, linked, -60), '401 token_revoked', 'once it is done')
  },
)

t.test('a replica that misses every notification finds out by itself', async (t) => {
  const postgres = await privatePostgres(t)
  const proxy = await tcpRelay(t, postgres.url)
  const { app, config } = await employeeApp(t, (config) => ({ ...config, database: { url: postgres.url } }))
  const cut = await buildApp({ ...config, database: { url: proxy.url }, logLevel: 'silent' })
  t.teardown(() => cut.close())
  const [first, second] = [await createLinked(app), await createLinked(app)]
  await terminate(app, first)
  await eventually(async () => (await readAs(cut, first)) === '401 token_revoked')

  await proxy.refuse()
  await eventually(async () => (await cut.inject('/health/ready')).statusCode === 503)
  const health = (await cut.operations.inject('/health/ready')).json()
  t.match(health, { checks: { postgres: { status: 'unavailable' } } })
  await terminate(app, second)
  t.equal(await readAs(cut, first), '401 token_revoked', 'what it knows stays refused')
  await eventually(
    async () => (await cut.operations.inject('/health/ready')).json().checks.offboarding.status === 'degraded',
  )

  await proxy.restore()
  const answers = new Set<string>()
  await eventually(async () => answers.add(await readAs(cut, second)).has('401 token_revoked'))
  t.notOk(answers.has('200'), 'it accepts no token of the account before it is current again')
  await eventually(async () => (await cut.inject('/health/ready')).statusCode === 200)
})

t.end()
