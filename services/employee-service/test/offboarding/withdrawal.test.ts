import { createDatabase } from '@latchkey/database'
import { NO_HURRY } from '@latchkey/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import type { EmployeeSchema } from '../../src/database/employee-database.ts'
import { authServer } from '../support/auth-server.ts'
import { employeeApp, LINKER, userWith, WRITER } from '../support/employee-app.ts'
import { createLinked, type Linked, offboardingOf, readAs, terminate, untilState } from '../support/offboarding-app.ts'

const auth = await authServer(t)
const { app, config } = await employeeApp(t, (config) => ({ ...config, auth: auth.config }))
const { db, close } = createDatabase<EmployeeSchema>({ ...config.database, ...NO_HURRY })
t.teardown(close)

const NONE = { state: 'none', attempts: 0, lastError: null, requestedAt: null, completedAt: null, clients: [] }
const withdraw = ({ url }: Linked, headers: object = LINKER) =>
  app.inject({ method: 'DELETE', url: `${url}/offboarding`, headers: { ...headers } })
const retry = ({ url }: Linked) => app.inject({ method: 'POST', url: `${url}/offboarding/retry`, headers: WRITER })
const patch = ({ url }: Linked, payload: object) => app.inject({ method: 'PATCH', url, headers: LINKER, payload })

/** One that auth-service has refused, as it is the last administrator. */
async function failed(): Promise<Linked> {
  const linked = await createLinked(app)
  auth.answers.set(linked.userId, { status: 409, code: 'last_admin' })
  await terminate(app, linked)
  await untilState(app, linked, 'failed')
  return linked
}

t.test('a failed offboarding is withdrawn: none from then on, and the account goes on', async (t) => {
  const linked = await failed()
  const answer = await withdraw(linked)
  t.match(answer, { statusCode: 204, body: '' })
  t.same(await offboardingOf(app, linked), NONE)
  t.equal(await readAs(app, linked), '200')
  const employee = (await app.inject({ url: linked.url, headers: WRITER })).json()
  t.match(employee, { status: 'terminated', userId: linked.userId }, 'employee and link stay')
})

t.test('it is on record who withdrew it, and when', async (t) => {
  const linked = await failed()
  t.equal((await withdraw(linked, userWith('root', 'employees:link'))).statusCode, 204)
  const query = sql`select withdrawn_by, withdrawn_at, last_error from offboardings where employee_id = ${linked.id}`
  t.match((await query.execute(db)).rows, [{ withdrawn_by: 'user:root', withdrawn_at: Date, last_error: /last_admin/ }])
})

t.test('the scope to write employees withdraws none', async (t) => {
  const linked = await failed()
  const refused = await withdraw(linked, WRITER)
  t.equal(refused.json().code, 'insufficient_scope')
  t.match(refused.headers['www-authenticate'], 'scope="employees:link"')
  t.equal((await offboardingOf(app, linked)).state, 'failed')
})

t.test('one that has not failed is not withdrawn, whatever else it is', async (t) => {
  const isRefused = async (linked: Linked) =>
    t.match((await withdraw(linked)).json(), { status: 409, code: 'offboarding_not_failed' })
  const linked = await createLinked(app)
  await isRefused(linked)
  auth.answers.set(linked.userId, { status: 503, code: 'unavailable' })
  await terminate(app, linked)
  await isRefused(linked)
  auth.answers.delete(linked.userId)
  await untilState(app, linked, 'done')
  await isRefused(linked)

  const withdrawn = await failed()
  await withdraw(withdrawn)
  await isRefused(withdrawn)
  t.equal((await retry(withdrawn)).json().code, 'offboarding_not_failed', 'nor is it retried')
})

t.test('one of an employee who has been deleted is withdrawn as well', async (t) => {
  const linked = await failed()
  t.equal((await app.inject({ method: 'DELETE', url: linked.url, headers: WRITER })).statusCode, 204)
  t.equal((await offboardingOf(app, linked)).state, 'failed')
  t.equal((await withdraw(linked)).statusCode, 204)
  t.same(await offboardingOf(app, linked), NONE)
})

t.test('a repeated termination requests nothing once more, a new one after a rehire does', async (t) => {
  const linked = await failed()
  await withdraw(linked)
  t.equal((await terminate(app, linked)).json().offboarding.state, 'none')
  t.same(await offboardingOf(app, linked), NONE)

  auth.answers.delete(linked.userId)
  await patch(linked, { status: 'active' })
  t.equal((await terminate(app, linked)).json().offboarding.state, 'pending')
  await untilState(app, linked, 'done')
})

t.test('of a withdrawal and a retry at once one happens', async (t) => {
  for (let round = 0; round < 5; round++) {
    const linked = await failed()
    const answers = await Promise.all([withdraw(linked), retry(linked)])
    const [withdrawn, retried] = answers.map(({ statusCode }) => statusCode)
    if (withdrawn === 204) t.equal(retried, 409)
    else t.same([withdrawn, retried], [409, 202])
    await untilState(app, linked, withdrawn === 204 ? 'none' : 'failed')
  }
})

t.end()
