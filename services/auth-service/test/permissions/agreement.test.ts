import { eventually } from '@latchkey/test-kit'
import t from 'tap'
import { administratorOf, refreshWith, startAuthService } from '../support/auth-service.ts'
import { startResourceService } from '../support/resource-service.ts'
import { basic } from '../support/send-form.ts'

// A verifier that follows the feed, a call to auth-service, introspection and the report on the access cookie say the same of what a
// token may do today, whatever has become of its roles and scopes.

const READER = {
  clientId: 'reader',
  secret: 'a-secret-of-the-reader-that-is-long-enough',
  scopes: ['tokens:introspect'],
}
const auth = await startAuthService(t, { variables: { SERVICE_CLIENTS: JSON.stringify([READER]) } })
const resource = await startResourceService(t, auth)
const asAdmin = await administratorOf(auth)
const description = 'For tests'
const putScope = (name: string) => asAdmin('PUT', `/admin/scopes/${name}`, { description })
const putRole = (name: string, scopes: string[]) => asAdmin('PUT', `/admin/roles/${name}`, { description, scopes })

const scopesOf = (scope: unknown): string[] => String(scope).split(' ').sort()

/** What each of the four says: `refused`, or the scopes. */
async function answersOn(token: string): Promise<unknown[]> {
  const call = await auth.call('GET', '/auth/me', { token })
  const form = { 'content-type': 'application/x-www-form-urlencoded', ...basic(READER) }
  const payload = `token=${encodeURIComponent(token)}`
  const introspected = (
    await auth.app.inject({ method: 'POST', url: '/oauth/introspect', headers: form, payload })
  ).json()
  const report = (await auth.call('GET', '/auth/cookie', { cookies: `__Host-access=${token}` })).json()
  const local = await resource.verify(token)
  return [
    call.statusCode === 200 ? call.json().scopes.toSorted() : 'refused',
    introspected.active ? scopesOf(introspected.scope) : 'refused',
    report.valid ? scopesOf(report.claims.scope) : 'refused',
    // The verifier goes by the token itself.
    local === 'ok'
      ? scopesOf(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).scope)
      : 'refused',
  ]
}

const all = (answer: unknown): unknown[] => [answer, answer, answer, answer]

type Case = {
  readonly roles: string[]
  readonly before: string[]
  readonly after: string[]
  /** Takes a scope away. */
  readonly change: (userId: string) => Promise<{ readonly statusCode: number }>
}

await putScope('payroll:read')
await putScope('payroll:write')
await putRole('clerk', ['profile', 'payroll:read', 'payroll:write'])
await putRole('keeper', ['profile', 'payroll:read'])

const cases: Record<string, Case> = {
  'a role of one’s own that is narrowed': {
    roles: ['clerk'],
    before: ['payroll:read', 'payroll:write', 'profile'],
    after: ['payroll:read', 'profile'],
    change: () => putRole('clerk', ['profile', 'payroll:read']),
  },
  'a role that is taken': {
    roles: ['user', 'keeper'],
    before: ['payroll:read', 'profile'],
    after: ['profile'],
    change: (userId) => asAdmin('PATCH', `/admin/users/${userId}`, { roles: ['user'] }),
  },
}

for (const [title, { roles, before, after, change }] of Object.entries(cases)) {
  t.test(`${title}: all four say the same before, after, and after a refresh`, async (t) => {
    const { email, id } = await auth.newAccount({ roles })
    const { accessToken, refreshToken } = await auth.signIn(email)
    t.same(await answersOn(accessToken), all(before))
    t.equal((await change(id)).statusCode, 200)
    t.ok(await eventually(async () => (await answersOn(accessToken)).every((answer) => answer === 'refused')))
    t.same(await answersOn((await refreshWith(auth, refreshToken)).json().accessToken), all(after))
  })
}

t.test('a scope that is deleted: all four refuse the tokens that name it', async (t) => {
  await putScope('brief:life')
  const admin = await auth.signInAdmin()
  const [scopes] = await answersOn(admin.accessToken)
  t.ok(Array.isArray(scopes) && scopes.includes('brief:life'))
  t.same(await answersOn(admin.accessToken), all(scopes))
  await asAdmin('DELETE', '/admin/scopes/brief:life')
  t.ok(await eventually(async () => (await answersOn(admin.accessToken)).every((answer) => answer === 'refused')))
  const [left] = await answersOn((await refreshWith(auth, admin.refreshToken)).json().accessToken)
  t.ok(Array.isArray(left) && left.length > 10 && !left.includes('brief:life'))
})

t.test('a role that is widened: a token goes on with what it names, for all four', async (t) => {
  const { email } = await auth.newAccount({ roles: ['keeper'] })
  const { accessToken, refreshToken } = await auth.signIn(email)
  await putRole('keeper', ['profile', 'payroll:read', 'payroll:write'])
  t.same(await answersOn(accessToken), all(['payroll:read', 'profile']))
  const refreshed = (await refreshWith(auth, refreshToken)).json().accessToken
  t.same(await answersOn(refreshed), all(['payroll:read', 'payroll:write', 'profile']))
})
