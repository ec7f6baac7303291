import t from 'tap'
import { administratorOf, refreshWith, startAuthService } from '../support/auth-service.ts'

const auth = await startAuthService(t)
const asAdmin = await administratorOf(auth)
const description = 'For tests'
const scope = (name: string) => asAdmin('PUT', `/admin/scopes/${name}`, { description })
const role = (name: string, scopes: string[]) => asAdmin('PUT', `/admin/roles/${name}`, { description, scopes })
const scopesAfterRefresh = async (refreshToken: string) => (await refreshWith(auth, refreshToken)).json()

t.test('a scope and a role of one’s own are made, read, changed and deleted', async (t) => {
  const made = await scope('payroll:read')
  t.equal(made.statusCode, 201)
  t.same(made.json(), { name: 'payroll:read', description, builtIn: false, configured: false })
  t.equal((await scope('payroll:read')).statusCode, 200, 'repeating it changes nothing')
  t.same((await asAdmin('GET', '/admin/scopes/payroll:read')).json(), made.json())
  t.equal((await asAdmin('PUT', '/admin/scopes/payroll:read', { description: 'Read' })).json().description, 'Read')

  const clerk = await role('clerk', ['payroll:read', 'profile'])
  t.equal(clerk.statusCode, 201)
  t.same(clerk.json().scopes, ['profile', 'payroll:read'])
  t.same((await asAdmin('GET', '/admin/roles/clerk')).json(), clerk.json())

  t.equal((await asAdmin('DELETE', '/admin/scopes/payroll:read')).json().code, 'scope_in_use')
  t.equal((await asAdmin('DELETE', '/admin/roles/clerk')).statusCode, 204)
  t.equal((await asAdmin('DELETE', '/admin/roles/clerk')).json().code, 'role_not_found')
  t.equal((await asAdmin('GET', '/admin/roles/clerk')).json().code, 'role_not_found')
  t.equal((await asAdmin('DELETE', '/admin/scopes/payroll:read')).statusCode, 204)
  t.equal((await asAdmin('DELETE', '/admin/scopes/payroll:read')).json().code, 'scope_not_found')
})

t.test('both lists come in pages, the built-in ones first', async (t) => {
  await scope('zebra:ride')
  const all: string[] = []
  for (let cursor = ''; ; ) {
    const page = (await asAdmin('GET', `/admin/scopes?limit=5${cursor}`)).json()
    all.push(...page.items.map(({ name }: { name: string }) => name))
    if (page.nextCursor === null) break
    cursor = `&cursor=${page.nextCursor}`
  }
  t.equal(all[0], 'profile')
  t.equal(all.at(-1), 'zebra:ride')
  t.equal(new Set(all).size, all.length)
  const roles = (await asAdmin('GET', '/admin/roles?limit=100')).json().items
  t.same(
    roles.slice(0, 4).map(({ name, builtIn }: { name: string; builtIn: boolean }) => [name, builtIn]),
    [
      ['user', true],
      ['staff', true],
      ['hr', true],
      ['admin', true],
    ],
  )
})

t.test('what is built in stays as it is', async (t) => {
  for (const response of [
    await scope('employees:read'),
    await asAdmin('DELETE', '/admin/scopes/profile'),
    await role('hr', []),
    await role('admin', []),
    await asAdmin('DELETE', '/admin/roles/user'),
  ]) {
    t.equal(response.statusCode, 409)
    t.equal(response.json().code, 'built_in')
  }
})

t.test('bad names and unknown scopes are named, and nothing is written', async (t) => {
  for (const name of ['payroll', 'Payroll:read', 'a:b:c', `a:${'b'.repeat(39)}`])
    t.equal((await scope(name)).statusCode, 400)
  for (const name of ['a:b', 'Clerk', 'a'.repeat(41)]) t.equal((await role(name, [])).statusCode, 400)
  const unknown = await role('dreamer', ['profile', 'dreams:read'])
  t.same(unknown.json().errors, [{ path: '/scopes/1', message: 'must be the name of a scope' }])
  t.equal((await asAdmin('GET', '/admin/roles/dreamer')).statusCode, 404)
  t.equal((await asAdmin('PUT', '/admin/scopes/a:b', { description: '' })).statusCode, 400)
  const user = await auth.newAccount()
  const granted = await asAdmin('PATCH', `/admin/users/${user.id}`, { roles: ['user', 'dreamer'] })
  t.same(granted.json().errors, [{ path: '/roles/1', message: 'must be the name of a role' }])
  const invited = await asAdmin('POST', '/admin/users', { email: 'dreamer@example.test', roles: ['dreamer'] })
  t.same(invited.json().errors, [{ path: '/roles/0', message: 'must be the name of a role' }])
})

t.test('a role that an account has, whatever the account’s status, is in use', async (t) => {
  await role('guest', ['profile'])
  const { user } = (await asAdmin('POST', '/admin/users', { email: 'guest@example.test', roles: ['guest'] })).json()
  t.equal((await asAdmin('DELETE', '/admin/roles/guest')).json().code, 'role_in_use')
  await asAdmin('PATCH', `/admin/users/${user.id}`, { roles: ['user'] })
  t.equal((await asAdmin('DELETE', '/admin/roles/guest')).statusCode, 204)
})

t.test('a scope that a service client has is in use', async (t) => {
  await scope('robots:run')
  t.equal((await asAdmin('POST', '/admin/clients', { clientId: 'robot', scopes: ['robots:run'] })).statusCode, 201)
  t.equal((await asAdmin('DELETE', '/admin/scopes/robots:run')).json().code, 'scope_in_use')
})

t.test('what widens a role reaches its holders with the next refresh, and the administrators of the day', async (t) => {
  await scope('stock:read')
  await role('keeper', ['profile'])
  const user = await auth.newAccount({ roles: ['keeper'] })
  const signedIn = await auth.signIn(user.email)
  await role('keeper', ['profile', 'stock:read'])
  const refreshed = await scopesAfterRefresh(signedIn.refreshToken)
  t.same(refreshed.scopes, ['profile', 'stock:read'])
  t.ok((await auth.call('GET', '/auth/me', { token: signedIn.accessToken })).statusCode === 200, 'older tokens go on')
  t.ok((await auth.signInAdmin()).accessToken.length > 0)
})

t.test('what is done to scopes and roles is in the audit trail, before and after', async (t) => {
  await scope('audit:test')
  await role('auditor', ['profile'])
  await role('auditor', ['profile', 'audit:test'])
  await asAdmin('DELETE', '/admin/roles/auditor')
  const of = async (type: string) => (await asAdmin('GET', `/admin/audit?type=${type}&limit=1`)).json().items[0]
  t.match(await of('role_updated'), {
    subjectId: 'auditor',
    details: { changed: ['scopes'], before: { scopes: ['profile'] }, after: { scopes: ['profile', 'audit:test'] } },
  })
  t.match(await of('scope_created'), { subjectId: 'audit:test', details: { description } })
  t.match(await of('role_deleted'), { subjectId: 'auditor' })
})

t.test(
  'parallel changes of the policy, and a grant of a role beside its deletion, leave no holder of nothing',
  async (t) => {
    for (let n = 0; n < 10; n++) {
      await role('brief', ['profile'])
      const user = await auth.newAccount()
      const [granted, deleted] = await Promise.all([
        asAdmin('PATCH', `/admin/users/${user.id}`, { roles: ['brief'] }),
        asAdmin('DELETE', '/admin/roles/brief'),
      ])
      const outcome = [granted.statusCode, deleted.statusCode].join()
      t.ok(['200,409', '400,204'].includes(outcome), outcome)
      if (granted.statusCode === 200) await asAdmin('PATCH', `/admin/users/${user.id}`, { roles: ['user'] })
      await asAdmin('DELETE', '/admin/roles/brief')
    }
  },
)
