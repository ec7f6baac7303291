import t from 'tap'
import { ADMIN, administratorOf, refreshWith, startAuthService } from '../support/auth-service.ts'
import { claimsOf } from '../support/tokens.ts'

const auth = await startAuthService(t)
const admin = await auth.call('POST', '/auth/login', { body: { ...ADMIN, delivery: 'body' } })
const asAdmin = await administratorOf(auth)

t.test('disabling a user ends everything at once; enabling lets them sign in again', async (t) => {
  const user = await auth.newUser()
  const url = `/admin/users/${user.userId}`
  const disabled = await asAdmin('PATCH', url, { status: 'disabled' })
  t.equal(disabled.statusCode, 200)
  t.equal(disabled.json().user.status, 'disabled')
  t.match((await refreshWith(auth, user.refreshToken)).json(), { code: 'session_ended', reason: 'account_disabled' })
  t.equal((await auth.call('GET', '/auth/me', { token: user.accessToken })).json().code, 'token_revoked')
  await t.rejects(auth.signIn(user.email), /403/)
  t.equal((await asAdmin('PATCH', url, { status: 'disabled' })).statusCode, 200, 'repeating is safe')
  t.equal((await asAdmin('PATCH', url, { status: 'active' })).json().user.status, 'active')
  t.equal((await auth.signIn(user.email)).userId, user.userId)
  t.equal((await refreshWith(auth, user.refreshToken)).statusCode, 401, 'the old session stays ended')
})

t.test('roles given by an administrator reach the next refresh', async (t) => {
  const user = await auth.newUser()
  t.equal((await asAdmin('PATCH', `/admin/users/${user.userId}`, { roles: ['user', 'hr'] })).statusCode, 200)
  const token = (await refreshWith(auth, user.refreshToken)).json().accessToken
  t.same(claimsOf(token).roles, ['user', 'hr'])
})

t.test(
  'the last active administrator can be neither disabled nor demoted, not even by two who do it to each other',
  async (t) => {
    const { id } = admin.json().user
    for (const change of [{ status: 'disabled' }, { roles: ['user'] }]) {
      const response = await asAdmin('PATCH', `/admin/users/${id}`, change)
      t.equal(response.statusCode, 409)
      t.equal(response.json().code, 'last_admin')
    }
    const second = await auth.newUser()
    await asAdmin('PATCH', `/admin/users/${second.userId}`, { roles: ['admin'] })
    const secondToken = (await refreshWith(auth, second.refreshToken)).json().accessToken
    const responses = await Promise.all([
      asAdmin('PATCH', `/admin/users/${second.userId}`, { roles: ['user'] }),
      auth.call('PATCH', `/admin/users/${id}`, { token: secondToken, body: { roles: ['user'] } }),
    ])
    const statuses = responses.map((response) => response.statusCode).sort()
    t.equal(statuses[0], 200)
    t.ok([401, 403, 409].includes(statuses[1] ?? 0), 'the second is not an administrator any more, or the last one')
    // The administrator who is left restores the role of the first one.
    if (responses[1]?.statusCode === 200) {
      await auth.call('PATCH', `/admin/users/${id}`, { token: secondToken, body: { roles: ['admin'] } })
    }
  },
)

t.test('users are found by part of address, name or user name, by status and role, page by page', async (t) => {
  const names = ['Zoë Quill', 'Zed Quill', 'Zara Quill', 'Zack 100%_Quill', 'Zita Quill']
  for (const [n, fullName] of names.entries()) {
    await auth.newAccount({ email: `quill${n}@find.test`, username: `Quill-${n}`, fullName })
  }
  // The administrator's token of before is gone with the role that was taken, and given back, above.
  const asAdmin = await administratorOf(auth)
  const find = async (query: string) => (await asAdmin('GET', `/admin/users?${query}`)).json()
  t.equal((await find('query=FIND.test')).items.length, 5)
  t.equal((await find('query=qUILL-3')).items.length, 1)
  t.equal((await find(`query=${encodeURIComponent('zoë q')}`)).items.length, 1)
  t.equal((await find(`query=${encodeURIComponent('100%_q')}`)).items.length, 1)
  t.equal((await find(`query=${encodeURIComponent('%')}`)).items.length, 1, 'a wildcard is a character')
  t.equal((await find('query=quill&role=admin')).items.length, 0)
  t.equal((await find('query=quill&status=disabled')).items.length, 0)

  const seen: string[] = []
  let cursor = ''
  do {
    const page = await find(`query=quill&limit=2${cursor && `&cursor=${cursor}`}`)
    t.ok(page.items.length <= 2)
    seen.push(...page.items.map((item: { username: string }) => item.username))
    cursor = page.nextCursor ?? ''
  } while (cursor)
  t.same(seen, ['Quill-4', 'Quill-3', 'Quill-2', 'Quill-1', 'Quill-0'])
  t.equal((await asAdmin('GET', '/admin/users?limit=0')).statusCode, 400)
  t.equal((await asAdmin('GET', '/admin/users?limit=101')).statusCode, 400)
  t.match((await asAdmin('GET', '/admin/users?cursor=bm9uZQ')).json(), { errors: [{ path: 'query/cursor' }] })
  t.equal((await asAdmin('GET', '/admin/users/01a1fa20-015f-71ab-bc02-c62fef8119a4')).json().code, 'user_not_found')
})
