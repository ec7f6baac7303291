import t, { type Test } from 'tap'
import { ADMIN } from '../support/auth-service.ts'
import { listen, PAYROLL } from '../support/listening-service.ts'
import { type Answer, ask, basic, type Fields, send } from '../support/send-form.ts'
import { claimsOf } from '../support/tokens.ts'

const auth = await listen(t)
const endpoint = `${auth.url}/oauth/token`
const token = (fields: Fields, headers: Record<string, string> = {}): Promise<Answer> => send(endpoint, fields, headers)
const BASIC = basic(PAYROLL)
const GRANT = { grant_type: 'client_credentials' }
const admin = await auth.call('POST', '/auth/login', { body: { ...ADMIN, delivery: 'body' } })
const asAdmin = (method: string, url: string, body?: object) =>
  auth.call(method, url, { token: admin.json().accessToken, ...(body && { body }) })

/** RFC 6749 §5.2, with the headers that the contract adds. */
function isRefusal(t: Test, { status, headers, json }: Answer, expected: [number, string], title: string): void {
  t.same([status, json.error], expected, title)
  t.equal(headers.get('content-type'), 'application/json', title)
  t.equal(headers.get('cache-control'), 'no-store', title)
  t.match(json.error_description, /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/, title)
  t.same(Object.keys(json), ['error', 'error_description'], title)
}

t.test('a token request is a POST of a form, with nothing in the URL', async (t) => {
  for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
    const answer = await ask(`${endpoint}?grant_type=client_credentials`, { method, headers: BASIC })
    t.equal(answer.status, 405, method)
    t.equal(answer.headers.get('allow'), 'POST, OPTIONS', method)
    t.notMatch(answer.text, 'access_token', method)
  }
  for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x', 'application/xml']) {
    isRefusal(
      t,
      await token('grant_type=client_credentials', { ...BASIC, 'content-type': type }),
      [415, 'invalid_request'],
      type,
    )
  }
  isRefusal(
    t,
    await send(`${endpoint}?grant_type=client_credentials`, '', BASIC),
    [400, 'invalid_request'],
    'all in the URL',
  )
  isRefusal(
    t,
    await send(`${endpoint}?scope=employees:read`, GRANT, BASIC),
    [400, 'invalid_request'],
    'some in the URL',
  )
  isRefusal(t, await ask(endpoint, { method: 'POST', headers: BASIC }), [400, 'invalid_request'], 'no body')
  const charset = await token(GRANT, { ...BASIC, 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' })
  t.equal(charset.status, 200)
})

t.test('a repeated parameter is refused, an empty one counts as missing, an unknown one is ignored', async (t) => {
  const twice = 'grant_type=client_credentials'
  isRefusal(t, await token(`${twice}&${twice}`, BASIC), [400, 'invalid_request'], 'grant_type')
  isRefusal(
    t,
    await token(`${twice}&scope=employees:read&scope=employees:read`, BASIC),
    [400, 'invalid_request'],
    'scope',
  )
  isRefusal(
    t,
    await token(`${twice}&client_id=payroll&client_id=odd&client_secret=${PAYROLL.secret}`),
    [400, 'invalid_request'],
    'client_id',
  )
  isRefusal(t, await token({ grant_type: '' }, BASIC), [400, 'invalid_request'], 'an empty grant_type')
  t.equal((await token({ ...GRANT, scope: '' }, BASIC)).json.scope, PAYROLL.scopes.join(' '))
  t.equal((await token({ ...GRANT, client_secret: '' }, BASIC)).status, 200)
  t.equal((await token({ ...GRANT, foo: 'bar', resource: 'https://elsewhere.test' }, BASIC)).status, 200)
})

t.test('a token answer has the form of RFC 6749, and no cache may keep it', async (t) => {
  const { status, headers, json } = await token(GRANT, BASIC)
  t.equal(status, 200)
  t.match(headers.get('content-type'), /^application\/json/)
  t.equal(headers.get('cache-control'), 'no-store')
  t.equal(headers.get('pragma'), 'no-cache')
  t.equal(headers.get('set-cookie'), null)
  t.same(Object.keys(json).sort(), ['access_token', 'expires_in', 'scope', 'token_type'])
  t.equal(json.token_type, 'Bearer')
  const { exp, iat } = claimsOf(json.access_token)
  t.equal(json.expires_in, Number(exp) - Number(iat))
})

t.test('a refusal has the form of RFC 6749 and repeats no input', async (t) => {
  isRefusal(t, await token({}, BASIC), [400, 'invalid_request'], 'no grant type')
  for (const grant of [
    'magic',
    'constructor',
    '__proto__',
    'authorization_code',
    'urn:ietf:params:oauth:grant-type:jwt-bearer',
  ]) {
    const answer = await token({ grant_type: grant }, BASIC)
    isRefusal(t, answer, [400, 'unsupported_grant_type'], grant)
    t.notOk(answer.text.includes(grant), grant)
  }
  const echo = await token({ ...GRANT, scope: 'canary"<script>\u0000\r\n' }, BASIC)
  isRefusal(t, echo, [400, 'invalid_scope'], 'a hostile scope')
  t.notMatch(echo.text, 'canary')
  isRefusal(t, await token({ ...GRANT, foo: 'x'.repeat(70_000) }, BASIC), [413, 'invalid_request'], 'too large')
})

t.test('passwords, implicit grants and grants of others are refused', async (t) => {
  const user = await auth.newUser()
  for (const form of [
    { grant_type: 'password', username: ADMIN.email, password: ADMIN.password },
    { grant_type: 'implicit' },
    { grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', subject_token: user.accessToken },
  ]) {
    isRefusal(t, await token(form, BASIC), [400, 'unsupported_grant_type'], form.grant_type)
  }
  const refresh = { grant_type: 'refresh_token', refresh_token: user.refreshToken }
  isRefusal(t, await token(refresh, BASIC), [400, 'unauthorized_client'], 'a person’s token from a service client')
  isRefusal(
    t,
    await token(refresh, basic({ ...PAYROLL, secret: 'wrong' })),
    [401, 'invalid_client'],
    'a wrong secret first',
  )
  isRefusal(
    t,
    await token({ ...refresh, client_id: 'payroll' }),
    [401, 'invalid_client'],
    'a client that shows no secret',
  )
  isRefusal(t, await token({ ...refresh, client_id: 'nobody' }), [401, 'invalid_client'], 'an unknown public client')
  t.equal((await token({ ...refresh, client_id: 'latchkey' })).status, 200, 'none of that cost the holder the token')
})

t.test('client credentials are for clients with a secret, within their scope, and give no refresh token', async (t) => {
  isRefusal(t, await token({ ...GRANT, client_id: 'latchkey' }), [401, 'invalid_client'], 'a public client')
  isRefusal(t, await token({ ...GRANT, client_id: 'payroll' }), [401, 'invalid_client'], 'no secret')
  for (const scope of [
    'audit:read',
    'employees:read audit:read',
    'a"b',
    'employees:read  users:disable',
    ' employees:read',
    'EMPLOYEES:READ',
  ]) {
    isRefusal(t, await token({ ...GRANT, scope }, BASIC), [400, 'invalid_scope'], scope)
  }
  const narrow = await token({ ...GRANT, scope: 'employees:read' }, BASIC)
  t.same([narrow.json.scope, claimsOf(narrow.json.access_token).scope], ['employees:read', 'employees:read'])
  t.notOk('refresh_token' in narrow.json)

  const made = await asAdmin('POST', '/admin/clients', { clientId: 'scopeless', scopes: [] })
  const none = await token(GRANT, basic({ clientId: 'scopeless', secret: made.json().clientSecret }))
  t.equal(none.status, 200)
  t.notOk('scope' in none.json, 'RFC 6749 knows no empty scope')
  isRefusal(
    t,
    await token({ ...GRANT, scope: 'profile' }, basic({ clientId: 'scopeless', secret: made.json().clientSecret })),
    [400, 'invalid_scope'],
    'of nothing',
  )
})
