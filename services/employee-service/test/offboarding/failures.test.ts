import { createDatabase } from '@latchkey/database'
import t from 'tap'
import { authServer } from '../support/auth-server.ts'
import { employeeApp, WRITER } from '../support/employee-app.ts'
import { createLinked, type Linked, offboardingOf, readAs, terminate, untilState } from '../support/offboarding-app.ts'
import { until } from '../support/until.ts'

const auth = await authServer(t)
const { app, config, logs } = await employeeApp(t, (config) => ({ ...config, auth: auth.config }))
const database = createDatabase(config.database)
t.teardown(() => database.close())
const retry = ({ url }: Linked) => app.inject({ method: 'POST', url: `${url}/offboarding/retry`, headers: WRITER })
const metric = async (name: string) =>
  Number(new RegExp(`^${name} (\\S+)$`, 'm').exec((await app.inject('/metrics')).body)?.[1])

t.afterEach(() => {
  auth.answer = undefined
})

for (const [status, code] of [
  [409, 'last_admin'],
  [403, 'insufficient_scope'],
  [404, 'not_found'],
  [400, 'invalid_request'],
] as const) {
  t.test(`${status} ${code} is a failure that people see, and can have tried anew`, async (t) => {
    const linked = await createLinked(app)
    auth.answer = { status, code }
    await terminate(app, linked)
    await untilState(app, linked, 'failed')
    t.match(await offboardingOf(app, linked), { attempts: 1, lastError: `${status} ${code}`, completedAt: null })
    t.equal(await readAs(app, linked), '401 token_revoked', 'it stays refused here')
    t.equal(await metric('offboardings_failed'), 1)
    t.equal((await terminate(app, linked)).json().offboarding.state, 'failed', 'ending once more hides nothing')
    const told = logs.lines().find(({ level, employeeId }) => level === 50 && employeeId === linked.id)
    t.match(told, { error: `${status} ${code}`, userId: linked.userId, requestId: String })

    auth.answer = undefined
    const retried = await retry(linked)
    t.equal(retried.statusCode, 202)
    t.match(retried.json(), { state: 'pending', attempts: 1, lastError: `${status} ${code}` })
    await untilState(app, linked, 'done')
    t.match(await offboardingOf(app, linked), { attempts: 2, lastError: null })
    await until(async () => (await metric('offboardings_failed')) === 0)
  })
}

t.test('an account that auth-service does not know is as good as disabled', async (t) => {
  const linked = await createLinked(app)
  auth.answer = { status: 404, code: 'user_not_found' }
  await terminate(app, linked)
  await untilState(app, linked, 'done')
  t.match(await offboardingOf(app, linked), { attempts: 1, lastError: null })
})

t.test('whatever may pass is tried again, until it works', async (t) => {
  const tryOne = async (status: number) => {
    const linked = await createLinked(app)
    auth.answers.set(linked.userId, { status, code: 'some_trouble' })
    await terminate(app, linked)
    await until(async () => (await offboardingOf(app, linked)).attempts > 0)
    t.match(await offboardingOf(app, linked), { state: 'pending', lastError: `${status} some_trouble` })
    t.ok((await metric('offboarding_oldest_pending_seconds')) > 0)
    auth.answers.delete(linked.userId)
    await untilState(app, linked, 'done')
    t.equal(auth.disablings.get(linked.userId), 1)
  }
  await Promise.all([500, 502, 503, 429, 401].map(tryOne))
  await until(async () => (await metric('offboardings_pending')) === 0)
  t.equal(await metric('offboarding_oldest_pending_seconds'), 0)
})

t.test('only what has failed can be tried anew; what is pending goes on', async (t) => {
  const linked = await createLinked(app)
  const refused = await retry(linked)
  t.equal(refused.statusCode, 409)
  t.equal(refused.json().code, 'offboarding_not_failed')
  auth.answer = { status: 503 }
  await terminate(app, linked)
  t.equal((await retry(linked)).statusCode, 202)
  auth.answer = undefined
  await untilState(app, linked, 'done')
  t.equal((await retry(linked)).json().code, 'offboarding_not_failed')
})

t.test('a failure is settled when a later end of the same account is done', async (t) => {
  const linked = await createLinked(app)
  auth.answer = { status: 409, code: 'last_admin' }
  await terminate(app, linked)
  await untilState(app, linked, 'failed')
  auth.answer = undefined
  await app.inject({ method: 'PATCH', url: linked.url, headers: WRITER, payload: { status: 'active' } })
  await terminate(app, linked)
  await untilState(app, linked, 'done')
  t.match(await offboardingOf(app, linked), { lastError: null }, 'and none is left that failed')
})

t.test('what can pass is tried until it does, however long that takes', async (t) => {
  const linked = await createLinked(app)
  auth.answers.set(linked.userId, { status: 503, code: 'unavailable' })
  await terminate(app, linked)
  await until(async () => (await offboardingOf(app, linked)).attempts > 0)
  await database.pool.query(
    `update offboardings set tried_since = now() - interval '7 days', attempts = 1000 where user_id = $1 and state = 'pending'`,
    [linked.userId],
  )
  await until(async () => (await offboardingOf(app, linked)).attempts > 1001)
  t.match(await offboardingOf(app, linked), { state: 'pending', lastError: '503 unavailable', completedAt: null })
  t.match(JSON.stringify(logs.lines()), /not possible for long/, 'and somebody is told')
  auth.answers.delete(linked.userId)
  await untilState(app, linked, 'done')
})

t.test('what a proxy says in place of auth-service is no verdict', async (t) => {
  const linked = await createLinked(app)
  for (const status of [404, 403, 302]) {
    auth.answers.set(linked.userId, { status })
    if (status === 404) await terminate(app, linked)
    await until(async () => (await offboardingOf(app, linked)).lastError === String(status))
    t.equal((await offboardingOf(app, linked)).state, 'pending')
  }
  auth.answers.delete(linked.userId)
  await untilState(app, linked, 'done')
})

t.test('what is pending gets a job again should its job be gone', async (t) => {
  const linked = await createLinked(app)
  auth.answers.set(linked.userId, { status: 503 })
  await terminate(app, linked)
  await until(async () => (await offboardingOf(app, linked)).attempts > 0)
  const { rowCount } = await database.pool.query(
    `delete from ${config.database.schema}_jobs.job where state < 'completed'`,
  )
  t.equal(rowCount, 1)
  auth.answers.delete(linked.userId)
  await untilState(app, linked, 'done')
  t.equal(auth.disablings.get(linked.userId), 1)
})

t.end()
