import { createDatabase } from '@latchkey/database'
import { NO_HURRY } from '@latchkey/test-kit'
import t from 'tap'
import type { EmployeeSchema } from '../../src/database/employee-database.ts'
import { employeeApp, LINKER, READER } from '../support/employee-app.ts'

const { app, config } = await employeeApp(t)
const { db, close } = createDatabase<EmployeeSchema>({ ...config.database, ...NO_HURRY })
t.teardown(close)

const grace = { firstName: 'Grace', lastName: 'Hopper', email: 'grace@example.com' }
const unknownId = '0190b5c4-8a3e-7c1d-9f00-1234567890ab'
const USER = '0190b5c4-8a3e-7c1d-9f00-aaaaaaaaaaaa'

let count = 0
const someone = () => ({ firstName: 'Some', lastName: 'One', email: `someone-${++count}@example.com` })
const post = (payload: object) => app.inject({ method: 'POST', url: '/employees', headers: LINKER, payload })
const get = (id: string) => app.inject({ url: `/employees/${id}`, headers: READER })
const put = (id: string, payload: object) =>
  app.inject({ method: 'PUT', url: `/employees/${id}`, headers: LINKER, payload })
const patch = (id: string, payload: object, type = 'application/merge-patch+json') =>
  app.inject({
    method: 'PATCH',
    url: `/employees/${id}`,
    headers: { ...LINKER, 'content-type': type },
    payload: JSON.stringify(payload),
  })
const del = (id: string) => app.inject({ method: 'DELETE', url: `/employees/${id}`, headers: LINKER })
async function create(payload: object = someone()) {
  const answer = await post(payload)
  if (answer.statusCode !== 201) throw new Error(answer.body)
  return answer.json()
}

t.test('a new employee is answered with 201, its address and its entity tag', async (t) => {
  const answer = await post(grace)
  t.equal(answer.statusCode, 201)
  const employee = answer.json()
  t.match(employee, {
    ...grace,
    id: /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    department: null,
    jobTitle: null,
    managerId: null,
    hiredOn: null,
    status: 'active',
    userId: null,
    version: 1,
    createdAt: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
    updatedAt: employee.createdAt,
  })
  t.equal(answer.headers.location, `/employees/${employee.id}`)
  t.equal(answer.headers.etag, '"1"')
  t.same((await get(employee.id)).json(), employee)
})

t.test('every member that can be written comes back as it was written', async (t) => {
  const manager = await create()
  const whole = {
    firstName: ' Ada ',
    lastName: 'Löwe-O’Neil \u{1F600}',
    email: 'Ada.L+x@Example.com',
    department: 'R&D',
    jobTitle: 'Enchantress of numbers',
    managerId: manager.id,
    hiredOn: '2024-02-29',
    status: 'on_leave',
    userId: USER,
  }
  t.match(await create(whole), whole)
})

t.test('a date of hiring is the same day in every time zone and in every year', async (t) => {
  for (const hiredOn of ['0001-01-01', '1969-12-31', '2024-03-31', '9999-12-31']) {
    t.equal((await create({ ...someone(), hiredOn })).hiredOn, hiredOn)
  }
})

t.test('an e-mail address is taken whatever its case', async (t) => {
  await create({ ...someone(), email: 'Case@example.com' })
  const again = await post({ ...someone(), email: 'cASE@EXAMPLE.com' })
  t.equal(again.statusCode, 409)
  t.match(again.json(), { code: 'email_taken', status: 409 })

  const other = await create()
  t.equal((await patch(other.id, { email: 'CASE@example.com' })).json().code, 'email_taken')
  t.equal((await put(other.id, { ...someone(), email: 'CASE@example.com' })).json().code, 'email_taken')
  t.equal((await patch(other.id, { email: other.email.toUpperCase() })).statusCode, 200, 'its own is not taken')
})

t.test('of two employees who are made with one e-mail at the same time, one is made', async (t) => {
  const same = someone()
  const answers = await Promise.all(Array.from({ length: 8 }, () => post(same)))
  t.same(answers.map(({ statusCode }) => statusCode).sort(), [201, ...Array.from({ length: 7 }, () => 409)])
})

t.test('an account is linked to one employee at most, until that link is removed', async (t) => {
  const userId = '0190b5c4-8a3e-7c1d-9f00-bbbbbbbbbbbb'
  const first = await create({ ...someone(), userId })
  const second = await create()
  t.match((await post({ ...someone(), userId })).json(), { code: 'user_linked', status: 409 })
  t.equal((await patch(second.id, { userId: userId.toUpperCase() })).json().code, 'user_linked')
  t.equal((await patch(first.id, { userId: null })).statusCode, 200)
  t.equal((await patch(second.id, { userId })).json().userId, userId)
})

t.test('a manager has to be an employee, and another one', async (t) => {
  const employee = await create()
  for (const managerId of [unknownId, employee.id, employee.id.toUpperCase()]) {
    for (const answer of [
      await patch(employee.id, { managerId }),
      await put(employee.id, { ...someone(), managerId }),
    ]) {
      t.equal(answer.statusCode, 400)
      t.match(answer.json(), { code: 'invalid_request', errors: [{ path: '/managerId' }] })
    }
  }
  t.equal((await post({ ...someone(), managerId: unknownId })).json().errors[0].path, '/managerId')
  t.equal((await get(employee.id)).json().version, 1)
})

t.test('PUT replaces the whole: optional members left out become null, the link to the account aside', async (t) => {
  const before = await create({
    ...someone(),
    department: 'R&D',
    jobTitle: 'x',
    hiredOn: '2024-01-01',
    userId: unknownId,
  })
  const answer = await put(before.id, { ...grace, email: 'replaced@example.com' })
  t.equal(answer.statusCode, 200)
  t.equal(answer.headers.etag, '"2"')
  t.match(answer.json(), {
    ...grace,
    id: before.id,
    email: 'replaced@example.com',
    department: null,
    jobTitle: null,
    hiredOn: null,
    userId: unknownId,
    version: 2,
    createdAt: before.createdAt,
  })
  t.same((await get(before.id)).json(), answer.json())
})

t.test('PUT without a status leaves it as it is', async (t) => {
  const { id } = await create({ ...someone(), status: 'on_leave' })
  t.equal((await put(id, someone())).json().status, 'on_leave')
})

t.test('a terminated employee can still be corrected, with its status and without', async (t) => {
  const { id } = await create()
  await db.updateTable('employees').set({ status: 'terminated' }).where('id', '=', id).execute()
  for (const answer of [
    await put(id, someone()),
    await put(id, { ...someone(), status: 'terminated' }),
    await patch(id, { status: 'terminated', jobTitle: 'x' }),
  ]) {
    t.match(answer, { statusCode: 200 })
    t.equal(answer.json().status, 'terminated')
  }
})

t.test('PATCH changes what it names, empties what is null and leaves the rest', async (t) => {
  const before = await create({ ...someone(), department: 'R&D', jobTitle: 'Clerk', hiredOn: '2024-01-01' })
  const answer = await patch(before.id, { jobTitle: 'Admiral', department: null })
  t.equal(answer.statusCode, 200)
  t.equal(answer.headers.etag, '"2"')
  const { updatedAt } = answer.json()
  t.same(answer.json(), { ...before, jobTitle: 'Admiral', department: null, version: 2, updatedAt })
})

t.test('PATCH takes plain JSON for a merge patch, and an empty patch too', async (t) => {
  const { id } = await create()
  t.equal((await patch(id, { jobTitle: 'Admiral' }, 'application/json')).json().jobTitle, 'Admiral')
  t.equal((await patch(id, {})).json().jobTitle, 'Admiral')
})

t.test('only PATCH accepts a merge patch', async (t) => {
  const { id } = await create()
  const headers = { ...LINKER, 'content-type': 'application/merge-patch+json' }
  const payload = JSON.stringify(someone())
  const answers = [
    await app.inject({ method: 'POST', url: '/employees', headers, payload }),
    await app.inject({ method: 'PUT', url: `/employees/${id}`, headers, payload }),
    await patch(id, [{ op: 'remove', path: '/department' }], 'application/json-patch+json'),
  ]
  for (const answer of answers) t.match(answer.json(), { status: 415, code: 'unsupported_media_type' })
})

t.test('writing the status terminates no employee', async (t) => {
  const { id } = await create()
  const terminated = { ...someone(), status: 'terminated' }
  for (const answer of [await post(terminated), await put(id, terminated), await patch(id, { status: 'terminated' })]) {
    t.equal(answer.statusCode, 409)
    t.equal(answer.json().code, 'use_termination')
  }
  t.equal((await get(id)).json().status, 'active')
  t.equal((await patch(unknownId, { status: 'terminated' })).json().code, 'employee_not_found')
})

t.test('a deleted employee is not found', async (t) => {
  const { id } = await create()
  const answer = await del(id)
  t.equal(answer.statusCode, 204)
  t.equal(answer.body, '')
  for (const again of [await get(id), await del(id), await patch(id, {}), await put(id, someone())]) {
    t.equal(again.statusCode, 404)
    t.match(again.json(), { code: 'employee_not_found', type: 'urn:latchkey:problem:employee_not_found' })
  }
})

t.test('those whom a deleted employee managed have no manager, and a new entity tag that says so', async (t) => {
  const manager = await create()
  const report = await create({ ...someone(), managerId: manager.id })
  t.equal((await del(manager.id)).statusCode, 204)
  const after = await app.inject({
    url: `/employees/${report.id}`,
    headers: { ...READER, 'if-none-match': `"${report.version}"` },
  })
  t.equal(after.statusCode, 200)
  t.match(after.json(), { managerId: null, version: report.version + 1 })
})

t.test('HEAD answers as GET does, without the body', async (t) => {
  const { id } = await create()
  const answer = await app.inject({ method: 'HEAD', url: `/employees/${id}`, headers: READER })
  t.match(answer, { statusCode: 200, body: '', headers: { etag: '"1"' } })
})

t.test('an unsupported method is 405 with the supported ones', async (t) => {
  const answer = await app.inject({ method: 'POST', url: `/employees/${unknownId}`, headers: LINKER })
  t.equal(answer.statusCode, 405)
  t.equal(answer.headers.allow, 'GET, HEAD, PUT, PATCH, DELETE, OPTIONS')
})

for (const [method, url, allow] of [
  ['PUT', '/employees/me', 'GET, HEAD, OPTIONS'],
  ['DELETE', '/employees/export', 'GET, HEAD, OPTIONS'],
  ['GET', '/employees/import', 'POST, OPTIONS'],
  ['HEAD', '/employees/import', 'POST, OPTIONS'],
  ['OPTIONS', '/employees/import', 'POST, OPTIONS'],
  ['OPTIONS', '/employees/me', 'GET, HEAD, OPTIONS'],
] as const) {
  t.test(`${method} ${url} is a wrong method, not a wrong id`, async (t) => {
    const answer = await app.inject({ method, url, headers: LINKER })
    t.equal(answer.statusCode, method === 'OPTIONS' ? 204 : 405)
    t.equal(answer.headers.allow, allow)
  })
}

t.end()
