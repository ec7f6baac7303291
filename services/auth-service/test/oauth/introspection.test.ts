import t from 'tap'
import { trailOf } from '../support/audit.ts'
import { ADMIN, administratorOf, refreshWith } from '../support/auth-service.ts'
import { listen, ODD, PAYROLL, REPORTS } from '../support/listening-service.ts'
import { type Answer, ask, basic, inForm, send } from '../support/send-form.ts'
import { claimsOf, forge } from '../support/tokens.ts'

const auth = await listen(t)
const endpoint = `${auth.url}/oauth/introspect`
const BASIC = basic(PAYROLL)
const introspect = (token: string, headers: Record<string, string> = BASIC): Promise<Answer> =>
  send(endpoint, { token }, headers)
const clientToken = async (client: typeof PAYROLL): Promise<string> =>
  String((await send(`${auth.url}/oauth/token`, { grant_type: 'client_credentials' }, basic(client))).json.access_token)

t.test('only service clients may introspect a token, by POST', async (t) => {
  const user = await auth.newUser()
  const { token } = { token: user.accessToken }
  for (const [title, fields, headers] of [
    ['nobody', { token }, {}],
    ['a wrong secret', { token }, basic({ ...PAYROLL, secret: 'wrong' })],
    ['people’s own client', { token, client_id: 'latchkey' }, {}],
    ['a Bearer token', { token }, { authorization: `Bearer ${token}` }],
  ] as [string, Record<string, string>, Record<string, string>][]) {
    const answer = await send(endpoint, fields, headers)
    t.same([answer.status, answer.json.error], [401, 'invalid_client'], title)
    t.match(answer.headers.get('www-authenticate'), /^Basic /)
  }
  t.equal((await send(endpoint, { token, ...inForm(PAYROLL) })).json.active, true, 'a secret in the form')
  for (const form of ['', 'token=']) t.equal((await send(endpoint, form, BASIC)).json.error, 'invalid_request')
  t.equal((await send(`${endpoint}?token=x`, '', BASIC)).status, 400)
  t.equal((await ask(`${endpoint}?token=x`, { headers: BASIC })).status, 405)
})

t.test('a service client without tokens:introspect gets 403, whatever the token, and leaves an entry', async (t) => {
  const { accessToken } = await auth.newUser()
  const own = await clientToken(REPORTS)
  for (const [title, fields] of Object.entries({
    'a live one': { token: accessToken },
    'its own': { token: own },
    'a dead one': { token: 'junk' },
    none: {},
  })) {
    for (const answer of [
      await send(endpoint, fields, basic(REPORTS)),
      await send(endpoint, { ...fields, ...inForm(REPORTS) }),
    ]) {
      t.equal(answer.status, 403, title)
      t.same(answer.json, {
        error: 'insufficient_scope',
        error_description: 'The client needs the scope tokens:introspect.',
      })
      t.equal(answer.headers.get('cache-control'), 'no-store')
      t.notOk(answer.headers.has('www-authenticate'), 'the client is who it says')
    }
  }
  const wrong = await send(endpoint, { token: accessToken }, basic({ ...REPORTS, secret: 'wrong' }))
  t.equal(wrong.json.error, 'invalid_client', 'a wrong secret comes first')
  const [entry] = await (await trailOf(auth))({ type: 'access_denied', userId: 'reports' })
  t.match(entry, { actorId: 'reports', details: { operation: 'introspect_token', why: 'insufficient_scope' } })
})

t.test('the scope counts from the moment that it is given, and no longer than it is held', async (t) => {
  const asAdmin = await administratorOf(auth)
  const made = await asAdmin('POST', '/admin/clients', { clientId: 'gateway', scopes: [] })
  const gateway = { clientId: 'gateway', secret: made.json().clientSecret, scopes: [] }
  const { accessToken } = await auth.newUser()
  const ask = async () => (await introspect(accessToken, basic(gateway))).status
  t.equal(await ask(), 403)
  await asAdmin('PATCH', '/admin/clients/gateway', { scopes: ['tokens:introspect'] })
  t.equal(await ask(), 200)
  await asAdmin('PATCH', '/admin/clients/gateway', { scopes: ['profile'] })
  t.equal(await ask(), 403)
})

t.test('the answer about a token that is not live says nothing else', async (t) => {
  const ended = await auth.newUser()
  const live = await auth.newUser()
  await auth.call('POST', '/auth/logout', { body: { refreshToken: ended.refreshToken } })
  const revoked = await clientToken(ODD)
  await send(`${auth.url}/oauth/revoke`, { token: revoked })
  const short = await listen(t, {
    beside: auth,
    variables: { ACCESS_TOKEN_EXPIRY: '1s', TOKEN_ISSUER: auth.config.tokens.issuer },
  })
  const elsewhere = await listen(t, {
    beside: auth,
    variables: { TOKEN_ISSUER: auth.config.tokens.issuer, TOKEN_AUDIENCE: 'elsewhere' },
  })
  const stranger = await listen(t, {
    beside: auth,
    variables: { ACCESS_TOKEN_SECRET: 'a1:another-another-another-another-x' },
  })
  const expired = (await short.signIn(live.email)).accessToken
  await new Promise((resolve) => setTimeout(resolve, 6100))
  const [header = '', payload = '', signature = ''] = live.accessToken.split('.')
  const dead: Record<string, string> = {
    'of an ended session': ended.accessToken,
    revoked,
    expired,
    'a refresh token': live.refreshToken,
    'for another audience': (await elsewhere.signIn(live.email)).accessToken,
    'of another server': (await stranger.signIn(live.email)).accessToken,
    'tampered with': `${header}.${payload.slice(0, -2)}AA.${signature}`,
    'with another signature': `${header}.${payload}.${'A'.repeat(43)}`,
    unsigned: `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`,
    junk: 'junk',
    '8 KB of junk': 'x'.repeat(8192),
    '30 KB of junk': 'x.'.repeat(15_000),
    NUL: '\u0000',
  }
  for (const [title, token] of Object.entries(dead)) {
    const answer = await introspect(token)
    t.equal(answer.status, 200, title)
    t.equal(answer.text, '{"active":false}', title)
    t.equal(answer.headers.get('cache-control'), 'no-store', title)
  }
})

t.test('the answer about a live token has its claims, when nothing changed since it was issued', async (t) => {
  const user = await auth.newUser()
  for (const token of [user.accessToken, await clientToken(PAYROLL)]) {
    const answer = await introspect(token)
    t.same(answer.json, { active: true, token_type: 'Bearer', ...claimsOf(token) })
    t.equal(answer.headers.get('cache-control'), 'no-store')
    for (const name of ['iss', 'sub', 'aud', 'client_id', 'exp', 'iat', 'jti', 'scope']) t.ok(name in answer.json, name)
  }
})

t.test("a user's roles and scope in the answer are those of today, not the token's", async (t) => {
  const asAdmin = await administratorOf(auth)
  const { userId, refreshToken } = await auth.newUser()
  const giveRoles = (...roles: string[]) => asAdmin('PATCH', `/admin/users/${userId}`, { roles })
  await giveRoles('admin')
  const refreshed = (await refreshWith(auth, refreshToken)).json()
  const token: string = refreshed.accessToken
  t.match(claimsOf(token), { roles: ['admin'], scope: /users:write/ })
  t.match((await introspect(token)).json, { active: true, roles: ['admin'], scope: claimsOf(token).scope })

  await giveRoles('user')
  t.same((await introspect(token)).json, { active: false }, 'a role that is taken voids the token')
  const narrower: string = (await refreshWith(auth, refreshed.refreshToken)).json().accessToken
  await giveRoles('user', 'hr')
  t.match((await introspect(narrower)).json, { active: true, roles: ['user', 'hr'], scope: 'profile' })
})

t.test('a token forged under the shared key over a live session is worth what the session is', async (t) => {
  const user = await auth.newUser()
  const promoted = {
    roles: ['admin'],
    scope: 'profile users:write employees:read',
    username: 'root',
    email: 'root@x.test',
    email_verified: true,
  }
  const { json } = await introspect(forge(auth, user.accessToken, promoted))
  t.match(json, { active: true, roles: ['user'], scope: 'profile' })
  t.notOk('email' in json, 'the address is not verified')
  t.same(json.username, claimsOf(user.accessToken).username)
  const another = forge(auth, user.accessToken, { client_id: 'payroll' })
  t.equal((await introspect(another)).json.client_id, 'latchkey', 'a session belongs to no service client')
  for (const gone of [
    { ver: 1 },
    { sid: 'another' },
    { sid: undefined, did: undefined, ver: undefined, roles: undefined },
  ]) {
    t.same((await introspect(forge(auth, user.accessToken, gone))).json, { active: false }, JSON.stringify(gone))
  }
})

t.test('a scope that a service client gains is in no token of before, one that it loses voids them all', async (t) => {
  const asAdmin = await administratorOf(auth)
  const made = await asAdmin('POST', '/admin/clients', { clientId: 'changing', scopes: ['users:read'] })
  const changing = { clientId: 'changing', secret: made.json().clientSecret, scopes: [] }
  const setScopes = (...scopes: string[]) => asAdmin('PATCH', '/admin/clients/changing', { scopes })
  const token = await clientToken(changing)
  await setScopes('audit:read', 'users:read')
  t.match((await introspect(token)).json, { active: true, sub: 'changing', scope: 'users:read' })
  await setScopes('audit:read')
  t.same((await introspect(token)).json, { active: false })
  const next = await clientToken(changing)
  t.match((await introspect(next)).json, { active: true, scope: 'audit:read', ver: 1 })
  for (const ver of [undefined, 0, 2])
    t.same((await introspect(forge(auth, next, { ver }))).json, { active: false }, `forged with version ${ver}`)
})

t.test('only access tokens for this audience are active', async (t) => {
  const user = await auth.newUser()
  t.same((await introspect(user.refreshToken)).json, { active: false })
  const elsewhere = await listen(t, {
    beside: auth,
    variables: { TOKEN_ISSUER: auth.config.tokens.issuer, TOKEN_AUDIENCE: 'elsewhere' },
  })
  const { accessToken } = await elsewhere.signIn(user.email)
  t.same((await introspect(accessToken)).json, { active: false })
  t.equal((await send(`${elsewhere.url}/oauth/introspect`, { token: accessToken }, BASIC)).json.active, true)
})

t.test(
  "a client's id is never like a user's, nor that of the product's own client, and its token opens no call for users",
  async (t) => {
    const admin = await auth.call('POST', '/auth/login', { body: { ...ADMIN, delivery: 'body' } })
    const user = await auth.newUser()
    for (const clientId of [user.userId, user.userId.toUpperCase(), 'latchkey']) {
      const made = await auth.call('POST', '/admin/clients', {
        token: admin.json().accessToken,
        body: { clientId, scopes: [] },
      })
      t.same([made.statusCode, made.json().code], [400, 'invalid_request'], clientId)
      t.equal(made.json().errors[0].path, '/clientId')
    }
    const token = await clientToken(PAYROLL)
    for (const [method, url, body] of [
      ['GET', '/auth/me'],
      ['PATCH', '/auth/me', { fullName: 'x' }],
      ['GET', '/auth/sessions'],
      ['DELETE', '/auth/sessions/x'],
      ['POST', '/auth/logout-all'],
      ['POST', '/auth/password', { currentPassword: 'x', newPassword: 'y' }],
    ] as const) {
      const answer = await auth.call(method, url, { token, ...(body && { body }) })
      t.same([answer.statusCode, answer.json().code], [403, 'insufficient_scope'], `${method} ${url}`)
    }
  },
)
