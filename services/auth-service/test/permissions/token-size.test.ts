import t from 'tap'
import { MAX_TOKEN_BYTES } from '../../src/permissions/token-size.ts'
import { administratorOf, startAuthService } from '../support/auth-service.ts'
import { startResourceService } from '../support/resource-service.ts'
import { claimsOf } from '../support/tokens.ts'

const auth = await startAuthService(t)
const resource = await startResourceService(t, auth)
const asAdmin = await administratorOf(auth)
const description = 'For tests'
const scope = (name: string) => asAdmin('PUT', `/admin/scopes/${name}`, { description })
const names = Array.from({ length: 64 }, (_, n) => `service-no-${n + 10}:read`)

t.test('a role may hold 64 scopes of one’s own, and its holders’ tokens are good everywhere', async (t) => {
  for (const name of names) t.equal((await scope(name)).statusCode, 201)
  t.equal((await asAdmin('PUT', '/admin/roles/everything', { description, scopes: names })).statusCode, 201)
  const { email, id } = await auth.newAccount({ roles: ['everything'], fullName: 'é'.repeat(200), isVerified: true })
  const signedIn = await auth.signIn(email)
  t.same(String(claimsOf(signedIn.accessToken).scope).split(' '), names)
  t.equal(await resource.verify(signedIn.accessToken), 'ok')
  t.equal((await auth.call('GET', '/auth/me', { token: signedIn.accessToken })).json().scopes.length, 64)
  t.equal((await asAdmin('PATCH', `/admin/users/${id}`, { roles: ['everything', 'admin'] })).statusCode, 200)
  const more = await auth.signIn(email)
  t.ok(more.accessToken.length <= MAX_TOKEN_BYTES, `${more.accessToken.length} bytes`)
  t.equal(await resource.verify(more.accessToken), 'ok')
})

t.test('the 65th scope of one’s own is one too many', async (t) => {
  const response = await scope('one:more')
  t.equal(response.statusCode, 409)
  t.equal(response.json().code, 'too_many_scopes')
  t.equal((await asAdmin('GET', '/admin/scopes/one:more')).statusCode, 404)
})

t.test('a grant of so many roles that the token would be too long is refused, and nothing changes', async (t) => {
  const roles = Array.from({ length: 40 }, (_, n) => `${'a-very-long-name-of-a-role-that-goes'}${n}`)
  for (const role of roles) await asAdmin('PUT', `/admin/roles/${role}`, { description, scopes: ['profile'] })
  const { id } = await auth.newAccount()
  const refused = await asAdmin('PATCH', `/admin/users/${id}`, { roles: [...roles, 'everything'] })
  t.equal(refused.statusCode, 409)
  t.equal(refused.json().code, 'too_many_scopes')
  t.same(
    (await asAdmin('GET', `/admin/users/${id}`)).json().user?.roles ??
      (await asAdmin('GET', `/admin/users/${id}`)).json().roles,
    ['user'],
  )
  const invited = await asAdmin('POST', '/admin/users', { email: 'long@example.test', roles: [...roles, 'everything'] })
  t.equal(invited.json().code, 'too_many_scopes')
})

t.test('scopes whose names are so long that the token of an administrator would not fit are refused', async (t) => {
  const other = await startAuthService(t)
  const asOther = await administratorOf(other)
  let made = 0
  for (; made < 64; made++) {
    const name = `${'service-with-a-name'.slice(0, 17)}${String(made).padStart(2, '0')}:${'r'.repeat(20)}`
    const response = await asOther('PUT', `/admin/scopes/${name}`, { description })
    if (response.statusCode !== 201) {
      t.equal(response.json().code, 'too_many_scopes')
      break
    }
  }
  t.ok(made > 20 && made < 64, `${made} scopes of 40 characters`)
  const { accessToken } = await other.signInAdmin()
  t.ok(accessToken.length <= MAX_TOKEN_BYTES, `${accessToken.length} bytes`)
  t.equal(claimsOf(accessToken).username, 'admin', 'with the names in it')
})

t.test('names that are so long that a token would not fit are left out of it', async (t) => {
  const fullName = '\u{1f511}'.repeat(200)
  const { email } = await auth.newAccount({ roles: ['everything', 'admin'], fullName, isVerified: true })
  const { accessToken } = await auth.signIn(email)
  t.ok(accessToken.length <= MAX_TOKEN_BYTES, `${accessToken.length} bytes`)
  t.equal(claimsOf(accessToken).name, undefined)
  t.equal(await resource.verify(accessToken), 'ok')
})
