import { randomUUID } from 'node:crypto'
import type { InjectOptions } from 'fastify'
import t, { type Test } from 'tap'
import { bearer, employeeApp, LINKER, READER, WRITER } from '../support/employee-app.ts'

const { app } = await employeeApp(t)
const OWN = randomUUID()

const someone = () => ({ firstName: 'Some', lastName: 'One', email: `${randomUUID()}@example.com` })
const send = (call: InjectOptions, headers: object = WRITER) =>
  app.inject({ ...call, headers: { ...headers, ...call.headers } })
const post = (payload: object, headers: object = WRITER) =>
  send({ method: 'POST', url: '/employees', payload }, headers)
const employees = async () => (await app.inject({ url: '/employees?limit=100', headers: READER })).json().items.length

async function create(userId: string | null = OWN) {
  const answer = await post({ ...someone(), userId }, LINKER)
  if (answer.statusCode !== 201) throw new Error(answer.body)
  const { id, email, version } = answer.json()
  const url = `/employees/${id}`
  const linked = async () => (await app.inject({ url, headers: READER })).json()
  return { id, url, email, version, linked }
}
t.afterEach(async () => {
  for (const { id } of (await app.inject({ url: '/employees?limit=100', headers: READER })).json().items)
    await send({ method: 'DELETE', url: `/employees/${id}` })
})

function isRefused(t: Test, answer: Awaited<ReturnType<typeof send>>): void {
  t.match(answer.json(), { status: 403, code: 'insufficient_scope', detail: /employees:link/ })
  t.match(answer.headers['www-authenticate'], 'scope="employees:link"')
}

t.test('without employees:link no call sets, changes or removes a link', async (t) => {
  isRefused(t, await post({ ...someone(), userId: OWN }))
  t.equal(await employees(), 0, 'and there is no employee')
  const { url, email, linked } = await create()
  const whole = { ...someone(), email }
  for (const userId of [randomUUID(), null]) {
    isRefused(t, await send({ method: 'PATCH', url, payload: { userId } }))
    isRefused(t, await send({ method: 'PATCH', url, payload: { userId, jobTitle: 'x' } }))
    isRefused(t, await send({ method: 'PUT', url, payload: { ...whole, userId } }))
  }
  t.match(await linked(), { userId: OWN, version: 1, jobTitle: null })
})

t.test('without it an employee who has no account gets none', async (t) => {
  const { url, linked } = await create(null)
  isRefused(t, await send({ method: 'PATCH', url, payload: { userId: OWN } }))
  isRefused(t, await send({ method: 'PUT', url, payload: { ...someone(), userId: OWN } }))
  t.match(await linked(), { userId: null, version: 1 })
})

t.test('a link that is left out stays, in PUT as in PATCH, with the scope and without', async (t) => {
  const { url, linked } = await create()
  for (const caller of [WRITER, LINKER]) {
    t.equal((await send({ method: 'PUT', url, payload: someone() }, caller)).json().userId, OWN)
    t.equal((await send({ method: 'PATCH', url, payload: { jobTitle: 'x' } }, caller)).json().userId, OWN)
  }
  t.equal((await linked()).userId, OWN)
})

t.test('sending the link that is there already changes none, and needs no more than writing', async (t) => {
  const { url } = await create()
  for (const userId of [OWN, OWN.toUpperCase()]) {
    t.match((await send({ method: 'PATCH', url, payload: { userId, jobTitle: userId } })).json(), {
      userId: OWN,
      jobTitle: userId,
    })
    t.equal((await send({ method: 'PUT', url, payload: { ...someone(), userId } })).json().userId, OWN)
  }
  await send({ method: 'PATCH', url, payload: { userId: null } }, LINKER)
  t.equal((await send({ method: 'PATCH', url, payload: { userId: null } })).statusCode, 200)
  t.equal((await send({ method: 'PUT', url, payload: { ...someone(), userId: null } })).json().userId, null)
  t.equal((await post({ ...someone(), userId: null })).statusCode, 201)
})

t.test('with employees:link a link is set, changed and removed', async (t) => {
  const { url } = await create(null)
  const other = randomUUID()
  for (const userId of [OWN, other, null]) {
    t.equal((await send({ method: 'PATCH', url, payload: { userId } }, LINKER)).json().userId, userId)
  }
  for (const userId of [OWN, null]) {
    t.equal((await send({ method: 'PUT', url, payload: { ...someone(), userId } }, LINKER)).json().userId, userId)
  }
})

t.test('the scope to link alone writes no employee', async (t) => {
  const { url } = await create()
  const linkOnly = bearer('employees:link')
  const answer = await send({ method: 'PATCH', url, payload: { userId: null } }, linkOnly)
  t.match(answer.headers['www-authenticate'], 'scope="employees:write"')
})

t.test('a link to what is no account id is bad input, with the scope and without', async (t) => {
  const { url } = await create()
  for (const caller of [WRITER, LINKER]) {
    for (const userId of ['ada', '', 7]) {
      for (const answer of [
        await post({ ...someone(), userId }, caller),
        await send({ method: 'PATCH', url, payload: { userId } }, caller),
        await send({ method: 'PUT', url, payload: { ...someone(), userId } }, caller),
      ]) {
        t.match(answer.json(), { status: 400, code: 'invalid_request', errors: [{ path: '/userId' }] })
      }
    }
  }
})

t.test('a change of a link without the scope is refused before its version is looked at', async (t) => {
  const { url, linked } = await create()
  const stale = { 'if-match': '"9"' }
  isRefused(t, await send({ method: 'PATCH', url, headers: stale, payload: { userId: null } }))
  t.equal((await send({ method: 'PATCH', url, headers: stale, payload: { userId: OWN } })).statusCode, 412)
  t.equal((await send({ method: 'PATCH', url, headers: stale, payload: { userId: null } }, LINKER)).statusCode, 412)
  const current = { 'if-match': '"1"' }
  isRefused(t, await send({ method: 'PUT', url, headers: current, payload: { ...someone(), userId: null } }))
  t.equal((await send({ method: 'PUT', url, headers: current, payload: someone() })).headers.etag, '"2"')
  t.equal((await linked()).userId, OWN)
})

t.test(
  'a refused link leaves the idempotency key free, and a repeated creation with one needs the scope again',
  async (t) => {
    const headers = { 'idempotency-key': randomUUID() }
    const payload = { ...someone(), userId: OWN }
    const call: InjectOptions = { method: 'POST', url: '/employees', headers, payload }
    isRefused(t, await send(call))
    const first = await send(call, LINKER)
    t.equal(first.statusCode, 201)
    t.same((await send(call, LINKER)).json(), first.json())
    isRefused(t, await send(call))

    const plain = { ...call, headers: { 'idempotency-key': randomUUID() }, payload: someone() }
    t.same((await send(plain)).json(), (await send(plain)).json())
  },
)

t.test('an employee who is not there is not found, with a link and without', async (t) => {
  const url = `/employees/${randomUUID()}`
  for (const userId of [undefined, OWN, null]) {
    t.equal((await send({ method: 'PATCH', url, payload: { userId } })).json().code, 'employee_not_found')
  }
})

t.test('a write without the scope undoes no link that is set at the same moment', async (t) => {
  const { url, linked } = await create()
  const other = randomUUID()
  await Promise.all([
    send({ method: 'PATCH', url, payload: { userId: other } }, LINKER),
    ...Array.from({ length: 8 }, () => send({ method: 'PUT', url, payload: { ...someone(), userId: OWN } })),
  ])
  t.equal((await linked()).userId, other)
})

t.end()
