import t from 'tap'
import { ADMIN, administratorOf, refreshWith, startAuthService } from '../support/auth-service.ts'
import { formEncode } from '../support/send-form.ts'
import { claimsOf } from '../support/tokens.ts'

const PLAIN = {
  clientId: 'payroll',
  secret: 'a-secret-of-payroll-that-is-long-enough',
  scopes: ['employees:read', 'users:disable'],
}
const ODD = { clientId: 'odd', secret: 'p:a%s+s é&= with everything in it', scopes: ['employees:read'] }
const auth = await startAuthService(t, {
  variables: {
    SERVICE_CLIENTS: JSON.stringify([PLAIN, ODD]),
    EMPLOYEE_CLIENT_SECRET: 'employee-service-secret-of-32-characters',
  },
})
const asAdmin = await administratorOf(auth)
const basic = (id: string, secret: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${formEncode(id)}:${formEncode(secret)}`).toString('base64')}`,
})
const BASIC = basic(PLAIN.clientId, PLAIN.secret)
const send = (url: string, form: string | Record<string, string>, headers: Record<string, string> = {}) =>
  auth.app.inject({
    method: 'POST',
    url,
    payload: new URLSearchParams(form).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  })
const token = (form: string | Record<string, string>, headers: Record<string, string> = {}) =>
  send('/oauth/token', form, headers)
const CLIENT_CREDENTIALS = { grant_type: 'client_credentials' }

t.test('a client gets a token of its own by Basic or form, for all of its scope or less', async (t) => {
  for (const response of [
    await token(CLIENT_CREDENTIALS, BASIC),
    await token({ ...CLIENT_CREDENTIALS, client_id: PLAIN.clientId, client_secret: PLAIN.secret }),
    await token({ ...CLIENT_CREDENTIALS, scope: '', foo: 'bar' }, BASIC),
  ]) {
    t.equal(response.statusCode, 200)
    t.equal(response.headers['cache-control'], 'no-store')
    t.equal(response.headers.pragma, 'no-cache')
    const body = response.json()
    t.match(body, { token_type: 'Bearer', expires_in: 900, scope: 'employees:read users:disable' })
    t.equal(body.refresh_token, undefined)
    const claims = claimsOf(body.access_token)
    t.match(claims, { sub: 'payroll', client_id: 'payroll', scope: 'employees:read users:disable' })
    t.equal(Number(claims.exp) - Number(claims.iat), 900)
    for (const member of ['sid', 'did', 'ver', 'roles']) t.notOk(member in claims, member)
  }
  const narrow = await token({ ...CLIENT_CREDENTIALS, scope: 'employees:read' }, BASIC)
  t.equal(claimsOf(narrow.json().access_token).scope, 'employees:read')
  t.equal(
    (await token(CLIENT_CREDENTIALS, basic(ODD.clientId, ODD.secret))).statusCode,
    200,
    'a secret with every odd character',
  )
})

t.test('what is wrong with a token request is answered in the terms of RFC 6749', async (t) => {
  const cases: [string, ReturnType<typeof token>, number, string][] = [
    ['no grant type', token({}, BASIC), 400, 'invalid_request'],
    ['an unknown grant type', token({ grant_type: 'magic' }, BASIC), 400, 'unsupported_grant_type'],
    ['a grant type of the prototype', token({ grant_type: 'constructor' }, BASIC), 400, 'unsupported_grant_type'],
    [
      'a password',
      token({ grant_type: 'password', username: ADMIN.email, password: ADMIN.password }, BASIC),
      400,
      'unsupported_grant_type',
    ],
    [
      'a parameter twice',
      token('grant_type=client_credentials&grant_type=client_credentials', BASIC),
      400,
      'invalid_request',
    ],
    ['a scope of others', token({ ...CLIENT_CREDENTIALS, scope: 'audit:read' }, BASIC), 400, 'invalid_scope'],
    ['a scope that is none', token({ ...CLIENT_CREDENTIALS, scope: 'a"b' }, BASIC), 400, 'invalid_scope'],
    ['no client', token(CLIENT_CREDENTIALS), 401, 'invalid_client'],
    ['a wrong secret', token(CLIENT_CREDENTIALS, basic('payroll', 'wrong')), 401, 'invalid_client'],
    [
      'a wrong secret in the form',
      token({ ...CLIENT_CREDENTIALS, client_id: 'payroll', client_secret: 'wrong' }),
      401,
      'invalid_client',
    ],
    ['an unknown client', token(CLIENT_CREDENTIALS, basic('nobody', 'wrong')), 401, 'invalid_client'],
    [
      'Basic without a colon',
      token(CLIENT_CREDENTIALS, { authorization: `Basic ${Buffer.from('payroll').toString('base64')}` }),
      401,
      'invalid_client',
    ],
    ['Basic that is no base64', token(CLIENT_CREDENTIALS, { authorization: 'Basic ***' }), 401, 'invalid_client'],
    ['Basic and form', token({ ...CLIENT_CREDENTIALS, client_secret: PLAIN.secret }, BASIC), 400, 'invalid_request'],
    ['parameters in the URL', send('/oauth/token?grant_type=client_credentials', {}, BASIC), 400, 'invalid_request'],
    ['no refresh token', token({ grant_type: 'refresh_token' }), 400, 'invalid_request'],
    ['a refresh token that is none', token({ grant_type: 'refresh_token', refresh_token: 'x' }), 400, 'invalid_grant'],
    [
      'a refresh token from a client',
      token({ grant_type: 'refresh_token', refresh_token: 'x' }, BASIC),
      400,
      'unauthorized_client',
    ],
  ]
  for (const [title, pending, status, error] of cases) {
    const response = await pending
    t.equal(response.statusCode, status, title)
    t.equal(response.json().error, error, title)
    t.equal(response.headers['content-type'], 'application/json', title)
    t.equal(response.headers['cache-control'], 'no-store', title)
    t.match(response.json().error_description, /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/, title)
    if (status === 401) t.match(response.headers['www-authenticate'], /^Basic realm=/, title)
  }
  const json = await auth.call('POST', '/oauth/token', { body: CLIENT_CREDENTIALS, headers: BASIC })
  t.equal(json.statusCode, 415)
  t.equal(json.json().error, 'invalid_request')
  t.equal((await auth.call('GET', '/oauth/token')).statusCode, 405)
  const [wrong, unknown] = [
    await token(CLIENT_CREDENTIALS, basic('payroll', 'wrong')),
    await token(CLIENT_CREDENTIALS, basic('nobody', 'wrong')),
  ]
  t.equal(wrong.body, unknown.body)
})

t.test(
  'a refresh token works at /oauth/token by the rules of /auth/refresh; a narrower scope holds for one token',
  async (t) => {
    const user = await auth.newUser()
    await asAdmin('PATCH', `/admin/users/${user.userId}`, { roles: ['staff'] })
    const refresh = (refresh_token: string, scope = '') => token({ grant_type: 'refresh_token', refresh_token, scope })
    const narrow = await refresh(user.refreshToken, 'profile')
    t.equal(narrow.statusCode, 200)
    t.match(narrow.json(), { token_type: 'Bearer', expires_in: 900, scope: 'profile' })
    const full = await refresh(narrow.json().refresh_token)
    t.equal(full.json().scope, 'profile employees:read')
    const wider = await refresh(full.json().refresh_token, 'profile audit:read')
    t.equal(wider.statusCode, 400)
    t.equal(wider.json().error, 'invalid_scope')
    t.equal((await refresh(full.json().refresh_token)).statusCode, 200, 'the refusal cost nothing')
    t.equal((await refresh(user.accessToken)).json().error, 'invalid_grant')
    const own = await auth.call('GET', '/auth/me', { token: narrow.json().access_token })
    t.equal(own.statusCode, 200)
    await auth.call('POST', '/auth/logout', { body: { refreshToken: user.refreshToken } })
    t.equal((await refresh(full.json().refresh_token)).json().error, 'invalid_grant')
  },
)

t.test('the token of a client opens what its scope says, and no call for users', async (t) => {
  const user = await auth.newUser()
  const { access_token } = (await token(CLIENT_CREDENTIALS, BASIC)).json()
  const call = (method: string, url: string, body?: object) =>
    auth.call(method, url, { token: access_token, ...(body && { body }) })
  for (const [method, url] of [
    ['GET', '/auth/me'],
    ['GET', '/auth/sessions'],
    ['POST', '/auth/logout-all'],
  ] as const) {
    const response = await call(method, url)
    t.equal(response.statusCode, 403, url)
    t.equal(response.json().code, 'insufficient_scope')
  }
  t.equal((await call('PATCH', `/admin/users/${user.userId}`, { roles: ['admin'] })).statusCode, 403)
  t.equal((await call('PATCH', `/admin/users/${user.userId}`, { status: 'disabled', fullName: 'x' })).statusCode, 403)
  t.equal((await call('PATCH', `/admin/users/${user.userId}`, { status: 'disabled' })).statusCode, 200)
  t.match((await refreshWith(auth, user.refreshToken)).json(), { reason: 'account_disabled' })
  const [event] = (await asAdmin('GET', `/admin/audit?userId=${user.userId}&type=user_disabled`)).json().items
  t.equal(event.actorId, 'payroll')
})
