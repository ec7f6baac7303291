import t from 'tap'
import { trailOf } from '../support/audit.ts'
import { type Call, PASSWORD, startAuthService } from '../support/auth-service.ts'

const SECRET = 'a-secret-of-payroll-that-is-long-enough'
const limits = { failures: 1, seconds: 600 }
const many = { failures: 1000, seconds: 600 }

const auth = await startAuthService(t, {
  variables: {
    REGISTRATION: 'open',
    SERVICE_CLIENTS: JSON.stringify([
      { clientId: 'payroll', secret: SECRET, scopes: ['employees:read'] },
      { clientId: 'desk', secret: SECRET, scopes: ['profile', 'users:write'] },
    ]),
  },
  clientGuessLimits: { clientFromNetwork: many, network: many },
})
const trail = await trailOf(auth)
const user = await auth.newUser()
const other = await auth.newUser()
const disabled = await auth.newAccount()
const admin = await auth.signInAdmin()
await auth.call('PATCH', `/admin/users/${disabled.id}`, { token: admin.accessToken, body: { status: 'disabled' } })

const form = (fields: Record<string, string>, more: Record<string, string> = {}): Call => ({
  body: new URLSearchParams(fields).toString(),
  headers: { 'content-type': 'application/x-www-form-urlencoded', ...more },
})
const client = { client_id: 'payroll', client_secret: SECRET }
const desk = await auth.call(
  'POST',
  '/oauth/token',
  form({ ...client, grant_type: 'client_credentials', client_id: 'desk' }),
)
const deskToken = desk.json().access_token
const asUser = { token: user.accessToken }

type Refusal = {
  readonly title: string
  readonly request: readonly [method: string, url: string, call?: Call]
  readonly status: number
  readonly type: string
  readonly actorId?: string
  readonly subjectId?: string
  readonly details: object
}

const refusals: Refusal[] = [
  {
    title: 'a wrong password',
    request: ['POST', '/auth/login', { body: { email: user.email, password: 'canary-password' } }],
    status: 401,
    type: 'login_failed',
    subjectId: user.userId,
    details: { why: 'wrong_password' },
  },
  {
    title: 'an account that does not exist',
    request: ['POST', '/auth/login', { body: { username: 'canary-name', password: 'canary-password' } }],
    status: 401,
    type: 'login_failed',
    details: { why: 'unknown_account' },
  },
  {
    title: 'a disabled account',
    request: ['POST', '/auth/login', { body: { email: disabled.email, password: PASSWORD } }],
    status: 403,
    type: 'login_failed',
    subjectId: disabled.id,
    details: { why: 'account_disabled' },
  },
  {
    title: 'a wrong current password',
    request: [
      'POST',
      '/auth/password',
      { ...asUser, body: { currentPassword: 'canary-password', newPassword: 'sea-otters-hold-hands-99' } },
    ],
    status: 403,
    type: 'password_refused',
    actorId: user.userId,
    subjectId: user.userId,
    details: { operation: 'change_password' },
  },
  {
    title: 'a taken address at registration',
    request: [
      'POST',
      '/auth/register',
      { body: { email: user.email, username: 'a-newcomer', password: 'sea-otters-hold-hands-99' } },
    ],
    status: 409,
    type: 'registration_refused',
    details: { why: 'email_taken' },
  },
  {
    title: 'a mailed link that is none of ours',
    request: [
      'POST',
      '/auth/password/reset',
      { body: { token: `canary${'A'.repeat(37)}`, password: 'sea-otters-hold-hands-99' } },
    ],
    status: 400,
    type: 'link_refused',
    details: { operation: 'reset_password' },
  },
  {
    title: 'a scope that a user lacks',
    request: ['GET', '/admin/users', asUser],
    status: 403,
    type: 'access_denied',
    actorId: user.userId,
    details: { operation: 'list_users', why: 'insufficient_scope' },
  },
  {
    title: 'a call about a user whom the caller may not see',
    request: ['GET', `/admin/users/${disabled.id}`, { token: other.accessToken }],
    status: 403,
    type: 'access_denied',
    actorId: other.userId,
    subjectId: disabled.id,
    details: { operation: 'get_user', why: 'insufficient_scope' },
  },
  {
    title: 'a change of a user who holds more than the caller',
    request: ['PATCH', `/admin/users/${admin.userId}`, { token: deskToken, body: { fullName: 'Not I' } }],
    status: 403,
    type: 'access_denied',
    actorId: 'desk',
    subjectId: admin.userId,
    details: { operation: 'change_user', why: 'exceeds_own_scopes' },
  },
  {
    title: 'a scope that a service client lacks',
    request: ['POST', '/oauth/token', form({ grant_type: 'client_credentials', scope: 'users:write', ...client })],
    status: 400,
    type: 'access_denied',
    actorId: 'payroll',
    details: { operation: 'issue_token', why: 'invalid_scope' },
  },
  {
    title: 'the wrong secret of a service client',
    request: ['POST', '/oauth/token', form({ grant_type: 'client_credentials', ...client, client_secret: 'canary' })],
    status: 401,
    type: 'client_authentication_failed',
    subjectId: 'payroll',
    details: { why: 'wrong_secret' },
  },
  {
    title: 'a service client that does not exist',
    request: [
      'POST',
      '/oauth/token',
      form({ grant_type: 'client_credentials', client_id: 'canary', client_secret: 'x' }),
    ],
    status: 401,
    type: 'client_authentication_failed',
    details: { why: 'unknown_client' },
  },
  {
    title: 'a refresh that another site has sent',
    request: [
      'POST',
      '/auth/refresh',
      { cookies: '__Secure-refresh=canary', headers: { origin: 'https://evil.example', 'user-agent': 'Mallory/1' } },
    ],
    status: 403,
    type: 'csrf_rejected',
    details: { operation: 'refresh', origin: 'https://evil.example' },
  },
]

for (const { title, request, status, ...expected } of refusals) {
  t.test(`${title} leaves an entry of its type, and what was typed is not in it`, async (t) => {
    const answer = await auth.call(...request)
    t.equal(answer.statusCode, status, answer.body)
    const { actorId = null, subjectId = null, type, details } = expected
    const entries = (await trail({ type })).filter(
      (entry) => entry.actorId === actorId && entry.subjectId === subjectId,
    )
    t.equal(entries.length, 1)
    t.match(entries[0], { outcome: 'failure', count: 1, ip: '127.0.0.1', details })
    t.equal(entries[0]?.requestId, answer.headers['x-request-id'])
    t.notMatch(JSON.stringify(entries), /canary/)
  })
}

t.test('a limit that is reached leaves an entry with the operation', async (t) => {
  const strict = await startAuthService(t, {
    beside: auth,
    passwordLimits: { accountFromNetwork: limits },
  })
  const guess = () => strict.call('POST', '/auth/login', { body: { username: 'nobody-at-all', password: 'wrong' } })
  await guess()
  t.equal((await guess()).statusCode, 429)
  const [entry] = await (await trailOf(strict))({ type: 'rate_limited' })
  t.match(entry, { outcome: 'failure', actorId: null, details: { operation: 'login' } })
})

t.test('a missing, forged or revoked token leaves no entry: it is in the log and the metrics', async (t) => {
  const before = (await trail()).length
  t.equal((await auth.call('GET', '/auth/me')).statusCode, 401)
  t.equal((await auth.call('GET', '/auth/me', { token: 'a.b.c' })).statusCode, 401)
  t.equal((await auth.call('POST', '/auth/refresh', { body: { refreshToken: 'a.b.c' } })).statusCode, 401)
  t.equal((await trail()).length, before)
})
