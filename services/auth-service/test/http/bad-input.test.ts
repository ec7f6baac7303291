import t from 'tap'
import { PASSWORD, startAuthService } from '../support/auth-service.ts'

const auth = await startAuthService(t)
const user = await auth.newUser()

const account = { email: 'x@example.test', username: 'x', password: PASSWORD }
const credentials = { email: user.email, password: PASSWORD }
type Case = { title: string; method?: string; url: string; body?: unknown; token?: string; paths: string[] }

const cases: Case[] = [
  { title: 'an empty object', url: '/auth/register', body: {}, paths: ['/email', '/password', '/username'] },
  { title: 'an array', url: '/auth/register', body: [], paths: [''] },
  { title: 'null', url: '/auth/register', body: 'null', paths: [''] },
  {
    title: 'a number for a password',
    url: '/auth/register',
    body: { ...account, password: 123456789012345 },
    paths: ['/password'],
  },
  { title: 'null for a password', url: '/auth/register', body: { ...account, password: null }, paths: ['/password'] },
  {
    title: 'an array for a password',
    url: '/auth/register',
    body: { ...account, password: [PASSWORD] },
    paths: ['/password'],
  },
  {
    title: 'an object for a password',
    url: '/auth/register',
    body: { ...account, password: { $ne: '' } },
    paths: ['/password'],
  },
  {
    title: 'a short password',
    url: '/auth/register',
    body: { ...account, password: 'x'.repeat(14) },
    paths: ['/password'],
  },
  {
    title: 'a password with NUL',
    url: '/auth/register',
    body: { ...account, password: `${PASSWORD}\0` },
    paths: ['/password'],
  },
  {
    title: 'a password with a lone surrogate',
    url: '/auth/register',
    body: { ...account, password: `${PASSWORD}\ud800` },
    paths: ['/password'],
  },
  { title: 'no e-mail address', url: '/auth/register', body: { ...account, email: 'nobody' }, paths: ['/email'] },
  {
    title: 'an e-mail address over 254 characters',
    url: '/auth/register',
    body: { ...account, email: `${'a'.repeat(250)}@example.test` },
    paths: ['/email'],
  },
  {
    title: 'an e-mail address with a line break',
    url: '/auth/register',
    body: { ...account, email: 'a\n@example.test' },
    paths: ['/email'],
  },
  { title: 'an empty user name', url: '/auth/register', body: { ...account, username: '' }, paths: ['/username'] },
  {
    title: 'a user name like an e-mail address',
    url: '/auth/register',
    body: { ...account, username: 'a@b.test' },
    paths: ['/username'],
  },
  { title: 'a user name with NUL', url: '/auth/register', body: { ...account, username: 'a\0' }, paths: ['/username'] },
  {
    title: 'a user name that forges a log line',
    url: '/auth/register',
    body: { ...account, username: 'a\r\n{"level":30}\u2028' },
    paths: ['/username'],
  },
  {
    title: 'a user name over 200 characters',
    url: '/auth/register',
    body: { ...account, username: 'a'.repeat(201) },
    paths: ['/username'],
  },
  {
    title: 'a full name with a control character',
    url: '/auth/register',
    body: { ...account, fullName: 'a\u0007' },
    paths: ['/fullName'],
  },
  {
    title: 'a role in the registration',
    url: '/auth/register',
    body: { ...account, roles: ['admin'] },
    paths: ['/roles'],
  },
  { title: 'neither e-mail nor user name', url: '/auth/login', body: { password: PASSWORD }, paths: ['/email'] },
  {
    title: 'both e-mail and user name',
    url: '/auth/login',
    body: { ...credentials, username: 'x' },
    paths: ['/email'],
  },
  { title: 'no password', url: '/auth/login', body: { email: user.email }, paths: ['/password'] },
  {
    title: 'an unknown delivery',
    url: '/auth/login',
    body: { ...credentials, delivery: 'pigeon' },
    paths: ['/delivery'],
  },
  {
    title: 'a device id with a slash',
    url: '/auth/login',
    body: { ...credentials, deviceId: '../../../etc' },
    paths: ['/deviceId'],
  },
  { title: 'a short device id', url: '/auth/login', body: { ...credentials, deviceId: 'u' }, paths: ['/deviceId'] },
  {
    title: 'a device name over 200 characters',
    url: '/auth/login',
    body: { ...credentials, deviceName: 'd'.repeat(201) },
    paths: ['/deviceName'],
  },
  { title: 'a session id to fix', url: '/auth/login', body: { ...credentials, sid: 'planted' }, paths: ['/sid'] },
  { title: 'a number for a refresh token', url: '/auth/refresh', body: { refreshToken: 1 }, paths: ['/refreshToken'] },
  { title: 'an empty refresh token', url: '/auth/refresh', body: { refreshToken: '' }, paths: ['/refreshToken'] },
  { title: 'an unknown member at refresh', url: '/auth/refresh', body: { token: 'x' }, paths: ['/token'] },
  { title: 'an array at logout', url: '/auth/logout', body: [], paths: [''] },
  {
    title: 'an e-mail address in the profile',
    method: 'PATCH',
    url: '/auth/me',
    body: { email: 'y@example.test' },
    token: user.accessToken,
    paths: ['/email'],
  },
  {
    title: 'null for a user name',
    method: 'PATCH',
    url: '/auth/me',
    body: { username: null },
    token: user.accessToken,
    paths: ['/username'],
  },
  {
    title: 'a blank full name',
    method: 'PATCH',
    url: '/auth/me',
    body: { fullName: ' ' },
    token: user.accessToken,
    paths: ['/fullName'],
  },
  {
    title: 'no new password',
    url: '/auth/password',
    body: { currentPassword: PASSWORD },
    token: user.accessToken,
    paths: ['/newPassword'],
  },
]

for (const [title, body, path] of [
  ['no address', {}, '/email'],
  ['what is no address', { email: 'nobody' }, '/email'],
  ['several addresses', { email: ['a@example.test', 'b@example.test'] }, '/email'],
  ['a list of addresses in one text', { email: 'a@example.test,b@example.test' }, '/email'],
  ['an address over 254 characters', { email: `${'a'.repeat(250)}@example.test` }, '/email'],
  ['an address that forges a header', { email: 'a@example.test\r\nbcc: b@example.test' }, '/email'],
  ['where the link leads', { email: 'a@example.test', linksUrl: 'https://evil.test' }, '/linksUrl'],
] as const) {
  cases.push({ title, url: '/auth/password/forgot', body, paths: [path] })
  const change = { currentPassword: PASSWORD, ...body }
  cases.push({ title, url: '/auth/email', body: change, token: user.accessToken, paths: [path] })
}
for (const url of [
  '/auth/password/reset',
  '/auth/email/confirm',
  '/auth/email/undo',
  '/auth/invitations/accept',
  '/auth/verification/confirm',
  '/auth/verification/decline',
]) {
  const rest = /reset|accept/.test(url) ? { password: PASSWORD } : {}
  cases.push(
    { title: 'no token', url, body: rest, paths: ['/token'] },
    { title: 'an empty token', url, body: { token: '', ...rest }, paths: ['/token'] },
    { title: 'a number for a token', url, body: { token: 1, ...rest }, paths: ['/token'] },
    { title: 'a token with NUL', url, body: { token: 'a\0b', ...rest }, paths: ['/token'] },
    { title: 'a token over 1,024 characters', url, body: { token: 'a'.repeat(1025), ...rest }, paths: ['/token'] },
    { title: 'an unknown member', url, body: { token: 'a', userId: user.userId, ...rest }, paths: ['/userId'] },
  )
}
cases.push(
  { title: 'no password', url: '/auth/password/reset', body: { token: 'a' }, paths: ['/password'] },
  {
    title: 'a short password',
    url: '/auth/password/reset',
    body: { token: 'a', password: 'x'.repeat(14) },
    paths: ['/password'],
  },
  {
    title: 'null for a password',
    url: '/auth/email/confirm',
    body: { token: 'a', password: null },
    paths: ['/password'],
  },
)

const acceptance = { token: 'a', password: PASSWORD }
for (const [title, members, path] of [
  ['a short password', { password: 'x'.repeat(14) }, '/password'],
  ['a user name like an e-mail address', { username: 'a@b.test' }, '/username'],
  ['a full name with a control character', { fullName: 'a\u0007' }, '/fullName'],
  ['an unknown delivery', { delivery: 'pigeon' }, '/delivery'],
  ['a role that the newcomer picks', { roles: ['admin'] }, '/roles'],
  ['another address', { email: 'x@example.test' }, '/email'],
] as const) {
  cases.push({ title, url: '/auth/invitations/accept', body: { ...acceptance, ...members }, paths: [path] })
}
cases.push({
  title: 'an unknown member',
  url: '/auth/verification',
  body: { email: 'x@example.test' },
  token: user.accessToken,
  paths: ['/email'],
})

const { accessToken: adminToken } = await auth.signInAdmin()
const invitee = { email: 'x@example.test' }
for (const [title, members, path] of [
  ['no address', { email: undefined }, '/email'],
  ['a list of addresses in one text', { email: 'a@example.test,b@example.test' }, '/email'],
  ['an address that forges a header', { email: 'a@example.test\r\nbcc: b@example.test' }, '/email'],
  ['an unknown role', { roles: ['root'] }, '/roles/0'],
  ['no roles', { roles: [] }, '/roles'],
  ['a user name with NUL', { username: 'a\0' }, '/username'],
  ['a full name over 200 characters', { fullName: 'a'.repeat(201) }, '/fullName'],
  ['a password for another person', { password: PASSWORD }, '/password'],
  ['a status', { status: 'active' }, '/status'],
] as const) {
  const body = { ...invitee, ...members }
  cases.push({ title, url: '/admin/users', body, token: adminToken, paths: [path] })
}
for (const [title, body, path] of [
  ['null for an address', { email: null }, '/email'],
  ['what is no address', { email: 'nobody' }, '/email'],
  ['null for a user name', { username: null }, '/username'],
  ['the status invited', { status: 'invited' }, '/status'],
  ['no roles', { roles: [] }, '/roles'],
] as const) {
  const url = `/admin/users/${user.userId}`
  cases.push({ title, method: 'PATCH', url, body, token: adminToken, paths: [path] })
}
for (const method of ['POST', 'DELETE']) {
  const url = '/admin/users/nobody/invitation'
  cases.push({ title: 'what is no id', method, url, token: adminToken, paths: ['params/userId'] })
}

await auth.call('POST', '/admin/clients', { token: adminToken, body: { clientId: 'known', scopes: [] } })
for (const [title, members, path] of [
  ['no scopes', { scopes: undefined }, '/scopes'],
  ['null for scopes', { scopes: null }, '/scopes'],
  ['scopes in one text', { scopes: 'profile users:read' }, '/scopes'],
  ['one scope twice', { scopes: ['profile', 'profile'] }, '/scopes'],
  ['an unknown scope', { scopes: ['profile', 'nobody:knows'] }, '/scopes/1'],
  ['what is no name of a scope', { scopes: ['users:read audit:read'] }, '/scopes/0'],
  ['another maker', { createdBy: user.userId }, '/createdBy'],
  ['a secret of one’s own', { secret: 'x'.repeat(40) }, '/secret'],
] as const) {
  const body = { scopes: ['profile'], ...members }
  cases.push({ title, method: 'PATCH', url: '/admin/clients/known', body, token: adminToken, paths: [path] })
  const made = { clientId: 'known', ...body }
  cases.push({ title, url: '/admin/clients', body: made, token: adminToken, paths: [path] })
}
cases.push(
  {
    title: 'another id of a client',
    method: 'PATCH',
    url: '/admin/clients/known',
    body: { scopes: [], clientId: 'another' },
    token: adminToken,
    paths: ['/clientId'],
  },
  {
    title: 'what is no id of a client',
    method: 'PATCH',
    url: '/admin/clients/UPPER',
    body: { scopes: [] },
    token: adminToken,
    paths: ['params/clientId'],
  },
  {
    title: 'what is no id of a secret',
    method: 'DELETE',
    url: '/admin/clients/known/secrets/x',
    token: adminToken,
    paths: ['params/secretId'],
  },
  {
    title: 'no id of a maker',
    method: 'GET',
    url: '/admin/clients?createdBy=',
    token: adminToken,
    paths: ['query/createdBy'],
  },
)

for (const { title, method = 'POST', url, body, token, paths } of cases) {
  t.test(`${method} ${url} refuses ${title} and names the place`, async (t) => {
    const response = await auth.call(method, url, {
      body,
      ...(token !== undefined && { token }),
      ...(typeof body === 'string' && { headers: { 'content-type': 'application/json' } }),
    })
    t.equal(response.statusCode, 400)
    t.equal(response.headers['content-type'], 'application/problem+json')
    const problem = response.json()
    t.equal(problem.code, 'invalid_request')
    t.same(problem.errors.map((fault: { path: string }) => fault.path).sort(), paths)
    t.equal(problem.requestId, response.headers['x-request-id'])
  })
}

t.test(
  'malformed JSON, a large body, another media type and another method are each refused with their own code',
  async (t) => {
    const send = (payload: string | Buffer, type: string, method: 'POST' | 'PUT' = 'POST') =>
      auth.app.inject({ method, url: '/auth/login', payload, headers: { 'content-type': type } })
    const json = JSON.stringify(credentials)
    const expectations: [string, ReturnType<typeof send>, number, string][] = [
      ['broken JSON', send('{"email":', 'application/json'), 400, 'invalid_request'],
      ['a __proto__ member', send('{"__proto__":{"a":1}}', 'application/json'), 400, 'invalid_request'],
      ['an escaped __proto__ member', send('{"\\u005f_proto__":{"a":1}}', 'application/json'), 400, 'invalid_request'],
      ['a byte order mark', send(`\ufeff${json}`, 'application/json'), 400, 'invalid_request'],
      ['text', send(json, 'text/plain'), 415, 'unsupported_media_type'],
      ['a form', send('email=a&password=b', 'application/x-www-form-urlencoded'), 415, 'unsupported_media_type'],
      [
        '70 KiB',
        send(JSON.stringify({ ...credentials, deviceName: 'x'.repeat(70_000) }), 'application/json'),
        413,
        'payload_too_large',
      ],
      ['another method', send(json, 'application/json', 'PUT'), 405, 'method_not_allowed'],
    ]
    for (const [title, pending, status, code] of expectations) {
      const response = await pending
      t.equal(response.statusCode, status, title)
      t.equal(response.json().code, code, title)
    }
    const unknown = await auth.call('GET', '/auth/nothing')
    t.equal(unknown.json().code, 'not_found')
  },
)
