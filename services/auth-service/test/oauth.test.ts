import t from 'tap'
import { ADMIN, refreshWith, startAuthService } from './support/auth-service.ts'

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
const admin = await auth.call('POST', '/auth/login', { body: { ...ADMIN, delivery: 'body' } })
const asAdmin = (method: string, url: string, body?: object) =>
  auth.call(method, url, { token: admin.json().accessToken, ...(body && { body }) })

const formEncode = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1)
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
const claimsOf = (jwt: string) => JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString())
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
    t.equal(claims.exp - claims.iat, 900)
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

t.test('what is wrong with a token request is said in the words of RFC 6749', async (t) => {
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
  'a refresh token works at /oauth/token by the rules of /auth/refresh; a narrower scope lasts for one token',
  async (t) => {
    const user = await auth.newUser()
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

t.test('a token of a program opens what its scope says, and nothing that is for people', async (t) => {
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

t.test('administrators make clients, change their secrets without a gap, and delete them for good', async (t) => {
  const created = await asAdmin('POST', '/admin/clients', { clientId: 'reports', scopes: ['employees:read'] })
  t.equal(created.statusCode, 201)
  const first: string = created.json().clientSecret
  t.match(first, /^lks_[\w-]{43}$/)
  t.equal((await asAdmin('POST', '/admin/clients', { clientId: 'reports', scopes: [] })).json().code, 'client_exists')
  const works = async (secret: string) => (await token(CLIENT_CREDENTIALS, basic('reports', secret))).statusCode === 200
  t.ok(await works(first))

  const second: string = (await asAdmin('POST', '/admin/clients/reports/secrets')).json().clientSecret
  t.same([await works(first), await works(second)], [true, true], 'two are good during a change')
  const third: string = (await asAdmin('POST', '/admin/clients/reports/secrets')).json().clientSecret
  t.same([await works(first), await works(second), await works(third)], [false, true, true])

  const list = await asAdmin('GET', '/admin/clients?limit=100')
  const shown = list.json().items.find((item: { clientId: string }) => item.clientId === 'reports')
  t.equal(shown.secrets.length, 2)
  t.ok(Date.parse(shown.lastUsedAt) > 0)
  for (const secret of [first, second, third]) t.notOk(list.body.includes(secret))

  for (const cursor of ['AA', '_w', 'x', Buffer.from('a\u0000').toString('base64url')]) {
    const page = await asAdmin('GET', `/admin/clients?cursor=${cursor}`)
    t.same([page.statusCode, page.json().code], [400, 'invalid_request'], 'what was never a cursor')
  }
  const onePage = (await asAdmin('GET', '/admin/clients?limit=1')).json()
  const rest = (await asAdmin('GET', `/admin/clients?limit=100&cursor=${onePage.nextCursor}`)).json()
  t.same([...onePage.items, ...rest.items], list.json().items, 'page by page')

  const { access_token } = (await token(CLIENT_CREDENTIALS, basic('reports', third))).json()
  t.equal((await asAdmin('DELETE', '/admin/clients/reports')).statusCode, 204)
  t.equal(await works(third), false)
  const introspection = await send('/oauth/introspect', { token: access_token }, BASIC)
  t.same(introspection.json(), { active: false })
  t.equal((await asAdmin('DELETE', '/admin/clients/reports')).json().code, 'client_not_found')
  t.equal((await asAdmin('POST', '/admin/clients', { clientId: 'reports', scopes: [] })).json().code, 'client_exists')

  for (const clientId of ['01a1fa20-015f-71ab-bc02-c62fef8119a4', 'Upper', 'a', '../x', 'a b']) {
    t.equal((await asAdmin('POST', '/admin/clients', { clientId, scopes: [] })).statusCode, 400, clientId)
  }
  const types = (await asAdmin('GET', '/admin/audit?userId=reports&limit=100'))
    .json()
    .items.map((event: { type: string }) => event.type)
  t.same(types, [
    'client_deleted',
    'client_secret_created',
    'client_secret_created',
    'client_secret_created',
    'client_created',
  ])
})

t.test('introspection mirrors a live access token, and says nothing of anything else', async (t) => {
  const user = await auth.newUser()
  const introspect = (subject: string, headers = BASIC) =>
    send('/oauth/introspect', { token: subject, token_type_hint: 'refresh_token' }, headers)
  const live = await introspect(user.accessToken)
  t.equal(live.statusCode, 200)
  t.equal(live.headers['cache-control'], 'no-store')
  t.match(live.json(), { active: true, token_type: 'Bearer', ...claimsOf(user.accessToken) })
  for (const dead of [user.refreshToken, `${user.accessToken}x`, 'junk', 'x'.repeat(8000)]) {
    const response = await introspect(dead)
    t.equal(response.statusCode, 200)
    t.same(response.json(), { active: false })
  }
  await auth.call('POST', '/auth/logout-all', { token: user.accessToken })
  t.same((await introspect(user.accessToken)).json(), { active: false })
  t.equal((await introspect(user.accessToken, {})).statusCode, 401)
  t.equal((await introspect(user.accessToken, basic('payroll', 'wrong'))).statusCode, 401)
  t.equal((await send('/oauth/introspect', {}, BASIC)).json().error, 'invalid_request')
  t.equal((await auth.call('GET', '/oauth/introspect')).statusCode, 405)
})

t.test('revoking answers 200 for every token, and a live one is dead at once, whatever the hint says', async (t) => {
  const revoke = (subject: string, hint = '', headers: Record<string, string> = {}) =>
    send('/oauth/revoke', { token: subject, token_type_hint: hint }, headers)
  for (const [hint, pick] of [
    ['refresh_token', 'refreshToken'],
    ['access_token', 'refreshToken'],
    ['odd', 'accessToken'],
    ['', 'accessToken'],
  ] as const) {
    const user = await auth.newUser()
    const response = await revoke(user[pick], hint)
    t.equal(response.statusCode, 200)
    t.equal(response.body, '')
    t.equal((await revoke(user[pick], hint)).statusCode, 200, 'again')
    t.match((await refreshWith(auth, user.refreshToken)).json(), { code: 'session_ended', reason: 'signed_out' })
    t.equal((await auth.call('GET', '/auth/me', { token: user.accessToken })).json().code, 'token_revoked')
  }
  t.equal((await revoke('junk')).statusCode, 200)
  t.equal((await send('/oauth/revoke', {})).json().error, 'invalid_request')
  t.equal((await revoke('junk', '', basic('payroll', 'wrong'))).statusCode, 401)

  const own = (await token(CLIENT_CREDENTIALS, BASIC)).json().access_token
  const other = (await token(CLIENT_CREDENTIALS, BASIC)).json().access_token
  t.equal((await revoke(own, '', basic(ODD.clientId, ODD.secret))).json().error, 'unauthorized_client')
  t.equal((await revoke(own, '', BASIC)).statusCode, 200)
  const isActive = async (subject: string) => (await send('/oauth/introspect', { token: subject }, BASIC)).json().active
  t.same([await isActive(own), await isActive(other)], [false, true], 'a client’s token dies alone')

  const user = await auth.newUser()
  for (const subject of [user.refreshToken, user.accessToken]) {
    t.equal((await revoke(subject, '', BASIC)).json().error, 'unauthorized_client', 'not the client’s own')
  }
  t.equal((await refreshWith(auth, user.refreshToken)).statusCode, 200)
})

t.test('the metadata names what there is, under the issuer, whatever host is asked', async (t) => {
  const response = await auth.call('GET', '/.well-known/oauth-authorization-server', {
    headers: { host: 'evil.test', 'x-forwarded-host': 'evil.test' },
  })
  t.equal(response.statusCode, 200)
  const metadata = response.json()
  t.equal(metadata.issuer, auth.config.tokens.issuer)
  t.same(metadata.response_types_supported, [])
  t.same(metadata.grant_types_supported, ['client_credentials', 'refresh_token'])
  for (const [name, url] of Object.entries<string>(metadata).filter(([name]) => name.endsWith('_endpoint'))) {
    t.ok(url.startsWith(`${auth.config.tokens.issuer}/`), name)
    t.not((await send(new URL(url).pathname, {})).statusCode, 404, name)
  }
  const withPath = await startAuthService(t, {
    beside: auth,
    variables: { TOKEN_ISSUER: 'https://id.example.test/tenant' },
  })
  const path = await withPath.call('GET', '/.well-known/oauth-authorization-server/tenant')
  t.equal(path.json().token_endpoint, 'https://id.example.test/tenant/oauth/token')
})
