import { randomUUID } from 'node:crypto'
import { eventually } from '@latchkey/test-kit'
import t from 'tap'
import { authServer } from '../support/auth-server.ts'
import { employeeApp, LINKER, READER, WRITER } from '../support/employee-app.ts'
import {
  createEmployee,
  createLinked,
  offboardingOf,
  readAs,
  terminate,
  untilState,
} from '../support/offboarding-app.ts'

const auth = await authServer(t)
const { app, logs } = await employeeApp(t, (config) => ({ ...config, auth: auth.config }))
const callsFor = (userId: string) => auth.calls.filter((call) => call.userId === userId)
const NONE = { state: 'none', attempts: 0, lastError: null, requestedAt: null, completedAt: null, clients: [] }

t.test('a termination terminates the employee at once and disables the account soon after', async (t) => {
  const linked = await createLinked(app)
  t.same(await offboardingOf(app, linked), NONE)
  const headers = { ...WRITER, 'x-request-id': 'the-end-of-grace' }
  const payload = { reason: 'moved on' }
  const answer = await app.inject({ method: 'POST', url: `${linked.url}/termination`, headers, payload })
  t.equal(answer.statusCode, 202)
  t.match(answer.json(), {
    employee: { id: linked.id, status: 'terminated', userId: linked.userId, version: 2 },
    offboarding: { state: 'pending' },
  })
  t.same(Object.keys(answer.json().offboarding), ['state'])
  t.equal(answer.headers.etag, '"2"')
  t.equal(await readAs(app, linked), '401 token_revoked')

  await untilState(app, linked, 'done')
  const offboarding = await offboardingOf(app, linked)
  t.match(offboarding, { state: 'done', attempts: 1, lastError: null })
  t.ok(Date.parse(offboarding.completedAt) >= Date.parse(offboarding.requestedAt))

  const [call, ...others] = callsFor(linked.userId)
  t.same(others, [])
  t.same(call?.body, { status: 'disabled' })
  t.equal(call?.headers.authorization, 'Bearer the-token-of-employee-service')
  t.equal(call?.headers['x-request-id'], 'the-end-of-grace', 'for the audit trail of auth-service')
  const line = () => logs.lines().find(({ msg, employeeId }) => employeeId === linked.id && /done/.test(`${msg}`))
  // It is logged after the offboarding is marked as done.
  await eventually(async () => line() !== undefined)
  t.match(line(), { requestId: 'the-end-of-grace', userId: linked.userId })
  t.notMatch(logs.text(), 'the-token-of-employee-service')
})

t.test('no body counts as an empty one; a reason must be a line of text', async (t) => {
  const linked = await createLinked(app)
  const post = (payload?: object) =>
    app.inject({ method: 'POST', url: `${linked.url}/termination`, headers: WRITER, ...(payload && { payload }) })
  for (const payload of [
    { reason: '' },
    { reason: 'a\nb' },
    { reason: 'x'.repeat(201) },
    { reason: 1 },
    { why: 'x' },
  ]) {
    const refused = await post(payload)
    t.equal(refused.statusCode, 400)
    t.equal(refused.json().code, 'invalid_request')
  }
  t.same(await offboardingOf(app, linked), NONE)
  t.equal((await post()).statusCode, 202)
})

t.test('terminating twice, or ten times in parallel, is terminating once', async (t) => {
  const linked = await createLinked(app)
  const answers = await Promise.all(Array.from({ length: 10 }, () => terminate(app, linked)))
  t.same([...new Set(answers.map(({ statusCode }) => statusCode))], [202])
  t.same([...new Set(answers.map((answer) => answer.json().employee.version))], [2])
  await untilState(app, linked, 'done')
  const again = await terminate(app, linked)
  t.match(again.json(), { employee: { status: 'terminated', version: 2 }, offboarding: { state: 'done' } })
  t.equal(callsFor(linked.userId).length, 1)
})

t.test('without an account there is nothing to do: none', async (t) => {
  const id = await createEmployee(app, null)
  const url = `/employees/${id}`
  const answer = await terminate(app, { url })
  t.equal(answer.statusCode, 202)
  t.match(answer.json(), { employee: { status: 'terminated' }, offboarding: { state: 'none' } })
  t.match(await offboardingOf(app, { url }), { state: 'none', attempts: 0, completedAt: null })
})

t.test('an account that was linked after the termination is offboarded by terminating once more', async (t) => {
  const userId = randomUUID()
  const url = `/employees/${await createEmployee(app, null)}`
  await terminate(app, { url })
  await app.inject({ method: 'PATCH', url, headers: LINKER, payload: { userId } })
  t.equal((await terminate(app, { url })).json().offboarding.state, 'pending')
  await untilState(app, { url }, 'done')
  t.equal(callsFor(userId).length, 1)
})

t.test('a deletion offboards the same way, and the offboarding can still be read', async (t) => {
  const linked = await createLinked(app)
  const { url } = linked
  t.equal((await app.inject({ method: 'DELETE', url, headers: { ...WRITER, 'if-match': '"9"' } })).statusCode, 412)
  t.equal(await readAs(app, linked), '200', 'a deletion that was refused ends nothing')
  t.equal((await app.inject({ method: 'DELETE', url, headers: { ...WRITER, 'if-match': '"1"' } })).statusCode, 204)
  t.equal(await readAs(app, linked), '401 token_revoked')
  t.equal((await app.inject({ url, headers: READER })).statusCode, 404)
  await untilState(app, linked, 'done')
  t.equal((await app.inject({ method: 'DELETE', url, headers: WRITER })).statusCode, 404)
  t.equal((await terminate(app, linked)).statusCode, 404)
})

t.test('deleting a terminated employee disables once more: the account may have been enabled since', async (t) => {
  const linked = await createLinked(app)
  await terminate(app, linked)
  await untilState(app, linked, 'done')
  t.equal((await app.inject({ method: 'DELETE', url: linked.url, headers: WRITER })).statusCode, 204)
  await eventually(async () => callsFor(linked.userId).length === 2)
  await untilState(app, linked, 'done')
})

t.test('so does a deletion while the account is disabled, and not yet marked so', async (t) => {
  const linked = await createLinked(app)
  await terminate(app, linked)
  await eventually(() => callsFor(linked.userId).length === 1)
  t.match(await offboardingOf(app, linked), { state: 'pending' })
  await app.inject({ method: 'DELETE', url: linked.url, headers: WRITER })
  await eventually(() => callsFor(linked.userId).length === 2)
  await untilState(app, linked, 'done')
})

t.test(
  'the account of a first stint is disabled again at the end of the second, also when it was unlinked between',
  async (t) => {
    const linked = await createLinked(app)
    await terminate(app, linked)
    await untilState(app, linked, 'done')
    const patch = (payload: object) => app.inject({ method: 'PATCH', url: linked.url, headers: LINKER, payload })
    await patch({ status: 'active', userId: null })
    await terminate(app, linked)
    auth.enable(linked.userId)
    await patch({ userId: linked.userId })
    t.equal((await terminate(app, linked)).json().offboarding.state, 'pending')
    await untilState(app, linked, 'done')
    t.equal(auth.disablings.get(linked.userId), 2)
  },
)

t.test('a rehire enables no account, and a second termination disables it once more', async (t) => {
  const linked = await createLinked(app)
  await terminate(app, linked)
  await untilState(app, linked, 'done')
  const rehired = await app.inject({
    method: 'PATCH',
    url: linked.url,
    headers: WRITER,
    payload: { status: 'active' },
  })
  t.equal(rehired.json().status, 'active')
  t.equal(callsFor(linked.userId).length, 1)
  auth.enable(linked.userId)
  t.equal((await terminate(app, linked)).json().offboarding.state, 'pending')
  await untilState(app, linked, 'done')
  t.equal(auth.disablings.get(linked.userId), 2)
})

t.test('a rehire while the offboarding is pending changes nothing: the account is still disabled', async (t) => {
  await auth.stop()
  const linked = await createLinked(app)
  await terminate(app, linked)
  await eventually(async () => (await offboardingOf(app, linked)).attempts > 0)
  t.match(await offboardingOf(app, linked), { state: 'pending', lastError: /^(token_unavailable|unreachable)$/ })
  await app.inject({ method: 'PATCH', url: linked.url, headers: WRITER, payload: { status: 'active' } })
  t.equal(await readAs(app, linked), '401 token_revoked')
  await auth.start()
  await untilState(app, linked, 'done')
  t.equal(auth.disablings.get(linked.userId), 1)
})

t.test('an unknown employee is 404', async (t) => {
  const url = `/employees/${randomUUID()}`
  for (const call of [
    { method: 'POST', url: `${url}/termination`, headers: WRITER },
    { method: 'GET', url: `${url}/offboarding`, headers: WRITER },
    { method: 'POST', url: `${url}/offboarding/retry`, headers: WRITER },
    { method: 'DELETE', url: `${url}/offboarding`, headers: LINKER },
  ] as const) {
    const answer = await app.inject(call)
    t.equal(answer.statusCode, 404)
    t.equal(answer.json().code, 'employee_not_found')
  }
})

t.end()
