import t from 'tap'
import { bearer, employeeApp, LINKER, userWith, WRITER } from '../support/employee-app.ts'

const { app } = await employeeApp(t)
const USER = '0190b5c4-8a3e-7c1d-9f00-aaaaaaaaaaaa'
const me = (headers: object) => app.inject({ url: '/employees/me', headers: { ...headers } })

const payload = { firstName: 'Grace', lastName: 'Hopper', email: 'grace@example.com' }
const created = await app.inject({ method: 'POST', url: '/employees', headers: WRITER, payload })
const { id } = created.json()
const link = (userId: string | null) =>
  app.inject({ method: 'PATCH', url: `/employees/${id}`, headers: LINKER, payload: { userId } })

t.test('a user without a linked employee gets 404', async (t) => {
  for (const user of [userWith(USER, 'profile'), userWith('not-a-uuid', 'profile')]) {
    t.match((await me(user)).json(), { status: 404, code: 'no_linked_employee' })
  }
})

t.test('a linked user reads the own record without any right to read others', async (t) => {
  const linked = await link(USER)
  const answer = await me(userWith(USER, 'profile'))
  t.equal(answer.statusCode, 200)
  t.same(answer.json(), linked.json())
  const { etag = '' } = answer.headers
  t.equal(etag, `"${answer.json().id}.2"`)
  const unchanged = await me({ ...userWith(USER, 'profile'), 'if-none-match': String(etag) })
  t.match(unchanged, { statusCode: 304, body: '' })
  const other = await app.inject({ url: `/employees/${id}`, headers: userWith(USER, 'profile') })
  t.match(other.json(), { status: 403, code: 'insufficient_scope' })
})

t.test('another user does not get it, nor does anyone once the link is gone', async (t) => {
  t.equal((await me(userWith('0190b5c4-8a3e-7c1d-9f00-bbbbbbbbbbbb', 'profile'))).statusCode, 404)
  await link(null)
  t.equal((await me(userWith(USER, 'profile'))).statusCode, 404)
})

t.test('a service client has no record of its own, whatever its scopes', async (t) => {
  t.match((await me(bearer('profile', 'employees:read'))).json(), { status: 403, code: 'user_required' })
  t.match((await me(bearer('employees:read'))).json(), { status: 403, code: 'insufficient_scope' })
})

t.test('it needs a token, and the scope `profile`', async (t) => {
  t.equal((await app.inject('/employees/me')).json().code, 'unauthenticated')
  const answer = await me(userWith(USER, 'employees:read'))
  t.match(answer.json(), { status: 403, code: 'insufficient_scope' })
  t.match(answer.headers['www-authenticate'], 'scope="profile"')
})

t.end()
