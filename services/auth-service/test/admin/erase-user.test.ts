import t from 'tap'
import { ADMIN, administratorOf, PASSWORD, refreshWith, startAuthService } from '../support/auth-service.ts'
import { startResourceService } from '../support/resource-service.ts'

const auth = await startAuthService(t)
const resource = await startResourceService(t, auth)
const asAdmin = await administratorOf(auth)
const login = (email: string) => auth.call('POST', '/auth/login', { body: { email, password: PASSWORD } })

t.test('an erased user is gone with every session, here and at every verifier', async (t) => {
  const user = await auth.newUser()
  const elsewhere = await auth.signIn(user.email)
  t.equal((await asAdmin('DELETE', `/admin/users/${user.userId}`)).statusCode, 204)
  for (const { accessToken, refreshToken } of [user, elsewhere]) {
    t.ok(await resource.eventuallyRefuses(accessToken))
    t.equal((await auth.call('GET', '/auth/me', { token: accessToken })).json().code, 'token_revoked')
    const refresh = await refreshWith(auth, refreshToken)
    t.match(refresh.json(), { code: 'session_ended', reason: 'account_disabled' })
  }
  t.equal((await login(user.email)).json().code, 'invalid_credentials')
  for (const [method, url] of [
    ['GET', ''],
    ['DELETE', ''],
    ['DELETE', '/sessions'],
    ['GET', '/sessions'],
  ] as const) {
    const response = await asAdmin(method, `/admin/users/${user.userId}${url}`)
    t.equal(response.statusCode, 404, `${method} ${url}`)
    t.equal(response.json().code, 'user_not_found')
  }
  t.notMatch((await asAdmin('GET', '/admin/users?limit=100')).body, user.userId)
})

t.test('the names of an erased user are free again, and what comes next is another account', async (t) => {
  const user = await auth.newAccount({ email: 'Ada@example.test', username: 'ada' })
  t.equal((await asAdmin('DELETE', `/admin/users/${user.id}`)).statusCode, 204)
  const next = await auth.newAccount({ email: 'ada@example.test', username: 'ADA' })
  t.not(next.id, user.id)
  t.equal((await login('ada@example.test')).statusCode, 200)
})

t.test('the last active administrator cannot be erased', async (t) => {
  const { userId } = await auth.signInAdmin()
  const refused = await asAdmin('DELETE', `/admin/users/${userId}`)
  t.equal(refused.statusCode, 409)
  t.equal(refused.json().code, 'last_admin')
  const other = await auth.newAccount({ roles: ['admin'] })
  t.equal((await asAdmin('DELETE', `/admin/users/${other.id}`)).statusCode, 204)
  t.equal((await auth.call('POST', '/auth/login', { body: ADMIN })).statusCode, 200)
})

t.test('of two administrators who erase each other at once one stays', async (t) => {
  const service = await startAuthService(t)
  const first = await service.signInAdmin()
  const { email } = await service.newAccount({ roles: ['admin'] })
  const second = await service.signIn(email)
  const answers = await Promise.all([
    service.call('DELETE', `/admin/users/${second.userId}`, { token: first.accessToken }),
    service.call('DELETE', `/admin/users/${first.userId}`, { token: second.accessToken }),
  ])
  const codes = answers.map(({ statusCode }) => statusCode).sort()
  t.equal(codes[0], 204)
  t.ok([401, 404, 409].includes(codes[1] ?? 0), `${codes}`)
  const signIn = (body: object) => service.call('POST', '/auth/login', { body })
  const left = await Promise.all([signIn(ADMIN), signIn({ email, password: PASSWORD })])
  t.same(left.map(({ statusCode }) => statusCode).sort(), [200, 401])
})

t.test('erasing needs users:write, and a well-formed id', async (t) => {
  const { id } = await auth.newAccount()
  const hr = await auth.newUser({ roles: ['user', 'hr'] })
  const refused = await auth.call('DELETE', `/admin/users/${id}`, { token: hr.accessToken })
  t.equal(refused.statusCode, 403)
  t.equal(refused.json().code, 'insufficient_scope')
  t.equal((await auth.call('DELETE', `/admin/users/${id}`)).json().code, 'unauthenticated')
  t.equal((await asAdmin('DELETE', '/admin/users/not-an-id')).json().code, 'invalid_request')
})
