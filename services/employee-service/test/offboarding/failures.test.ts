import { createDatabase } from '@latchkey/database'
import { eventually, NO_HURRY } from '@latchkey/test-kit'
import t from 'tap'
import { authServer } from '../support/auth-server.ts'
import { employeeApp, WRITER } from '../support/employee-app.ts'
import { createLinked, type Linked, offboardingOf, readAs, terminate, untilState } from '../support/offboarding-app.ts'

const auth = await authServer(t)
const { app, config, logs } = await employeeApp(t, (config) => ({ ...config, auth: auth.config }))
const database = createDatabase({ ...config.database, ...NO_HURRY })
t.teardown(() => database.close())
const retry = ({ url }: Linked) => app.inject({ method: 'POST', url: `${url}/offboarding/retry`, headers: WRITER })
const LAST_ADMIN = { status: 409, code: 'last_admin' }
const errorOf = ({ id }: Linked) => logs.lines().find(({ level, employeeId }) => level === 50 && employeeId === id)
const metric = async (name: string) =>
  Number(new RegExp(`^${name} (\\S+)$`, 'm').exec((await app.operations.inject('/metrics')).body)?.[1])

t.afterEach(() => {
  auth.answer = undefined
})

t.test('what auth-service refuses for good is a failure that is visible and can be retried', async (t) => {
  const linked = await createLinked(app)
  auth.answer = LAST_ADMIN
  await terminate(app, linked)
  await untilState(app, linked, 'failed')
  t.match(await offboardingOf(app, linked), { attempts: 1, lastError: '409 last_admin', completedAt: null })
  t.ok(await eventually(async () => (await metric('offboardings_failed')) === 1))
  t.equal((await terminate(app, linked)).json().offboarding.state, 'failed', 'terminating once more hides nothing')
  t.match(errorOf(linked), { error: '409 last_admin', userId: linked.userId, requestId: String })

  auth.answer = undefined
  const retried = await retry(linked)
  t.equal(retried.statusCode, 202)
  t.match(retried.json(), { state: 'pending', attempts: 1, lastError: '409 last_admin' })
  await untilState(app, linked, 'done')
  t.match(await offboardingOf(app, linked), { attempts: 2, lastError: null })
  await eventually(async () => (await metric('offboardings_failed')) === 0)
})

t.test(
  'a refusal of the call says nothing about the account: it stays refused, and is tried until it works',
  async (t) => {
    const tryOne = async (status: number, code: string) => {
      const linked = await createLinked(app)
      auth.answers.set(linked.userId, { status, code })
      await terminate(app, linked)
      await eventually(async () => (await offboardingOf(app, linked)).attempts > 1)
      t.match(await offboardingOf(app, linked), { state: 'pending', lastError: `${status} ${code}` })
      t.equal(await readAs(app, linked), '401 token_revoked')
      t.match(errorOf(linked), { error: `${status} ${code}` }, 'loud, as an operator has to act')
      auth.answers.delete(linked.userId)
      await untilState(app, linked, 'done')
    }
    await Promise.all([tryOne(403, 'insufficient_scope'), tryOne(404, 'not_found'), tryOne(400, 'invalid_request')])
  },
)

t.test('the state names the service clients of the account that go on working', async (t) => {
  const [linked, earlier, odd] = [await createLinked(app), await createLinked(app), await createLinked(app)]
  auth.clients.set(linked.userId, ['payroll', 'reports'])
  auth.clients.set(odd.userId, ['payroll', 7])
  for (const each of [linked, earlier, odd]) await terminate(app, each)
  for (const each of [linked, earlier, odd]) await untilState(app, each, 'done')
  t.same((await offboardingOf(app, linked)).clients, ['payroll', 'reports'])
  t.same((await offboardingOf(app, earlier)).clients, [], 'of an auth-service that names none')
  t.same((await offboardingOf(app, odd)).clients, ['payroll'])
})

t.test('an account unknown to auth-service counts as disabled', async (t) => {
  const linked = await createLinked(app)
  auth.answer = { status: 404, code: 'user_not_found' }
  await terminate(app, linked)
  await untilState(app, linked, 'done')
  t.match(await offboardingOf(app, linked), { attempts: 1, lastError: null })
})

t.test('a temporary failure is retried until it works', async (t) => {
  const tryOne = async (status: number) => {
    const linked = await createLinked(app)
    auth.answers.set(linked.userId, { status, code: 'some_trouble' })
    await terminate(app, linked)
    await eventually(async () => (await offboardingOf(app, linked)).attempts > 0)
    t.match(await offboardingOf(app, linked), { state: 'pending', lastError: `${status} some_trouble` })
    t.ok((await metric('offboarding_oldest_pending_seconds')) > 0)
    auth.answers.delete(linked.userId)
    await untilState(app, linked, 'done')
    t.equal(auth.disablings.get(linked.userId), 1)
  }
  await Promise.all([500, 502, 503, 429, 401].map(tryOne))
  await eventually(async () => (await metric('offboardings_pending')) === 0)
  t.equal(await metric('offboarding_oldest_pending_seconds'), 0)
})

t.test('only a failed offboarding can be retried; a pending one continues', async (t) => {
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

t.test('a failed offboarding is done with a later one of the same account', async (t) => {
  const linked = await createLinked(app)
  auth.answer = LAST_ADMIN
  await terminate(app, linked)
  await untilState(app, linked, 'failed')
  auth.answer = undefined
  await app.inject({ method: 'PATCH', url: linked.url, headers: WRITER, payload: { status: 'active' } })
  await terminate(app, linked)
  await untilState(app, linked, 'done')
  t.match(await offboardingOf(app, linked), { lastError: null }, 'and none is left that failed')
})

t.test('a temporary failure is retried until it is over, however long that takes', async (t) => {
  const linked = await createLinked(app)
  auth.answers.set(linked.userId, { status: 503, code: 'unavailable' })
  await terminate(app, linked)
  await eventually(async () => (await offboardingOf(app, linked)).attempts > 0)
  await database.pool.query(
    `update offboardings set tried_since = now() - interval '7 days', attempts = 1000 where user_id = $1 and state = 'pending'`,
    [linked.userId],
  )
  await eventually(async () => (await offboardingOf(app, linked)).attempts > 1001)
  t.match(await offboardingOf(app, linked), { state: 'pending', lastError: '503 unavailable', completedAt: null })
  t.match(JSON.stringify(logs.lines()), /not possible for long/, 'and it is logged')
  auth.answers.delete(linked.userId)
  await untilState(app, linked, 'done')
})

t.test('the answer of a proxy in place of auth-service decides nothing', async (t) => {
  const linked = await createLinked(app)
  for (const status of [404, 403, 302]) {
    auth.answers.set(linked.userId, { status })
    if (status === 404) await terminate(app, linked)
    await eventually(async () => (await offboardingOf(app, linked)).lastError === String(status))
    t.equal((await offboardingOf(app, linked)).state, 'pending')
  }
  auth.answers.delete(linked.userId)
  await untilState(app, linked, 'done')
})

t.test('a pending offboarding whose job is lost gets another one', async (t) => {
  const linked = await createLinked(app)
  auth.answers.set(linked.userId, { status: 503 })
  await terminate(app, linked)
  await eventually(async () => (await offboardingOf(app, linked)).attempts > 0)
  const { rowCount } = await database.pool.query(
    `delete from ${config.database.schema}_jobs.job where state < 'completed'`,
  )
  t.equal(rowCount, 1)
  auth.answers.delete(linked.userId)
  await untilState(app, linked, 'done')
  t.equal(auth.disablings.get(linked.userId), 1)
})

t.end()
