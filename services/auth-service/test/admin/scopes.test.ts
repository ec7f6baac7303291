import t from 'tap'
import { refreshWith, startAuthService } from '../support/auth-service.ts'
import { forge } from '../support/tokens.ts'

const auth = await startAuthService(t)

t.test('without the scope no call under /admin is answered, whatever a forged token claims', async (t) => {
  const user = await auth.newUser()
  const forged = forge(auth, user.accessToken, {
    roles: ['admin'],
    scope: 'users:read users:write users:invite sessions:read sessions:revoke audit:read',
  })
  const calls: [string, string, object?][] = [
    ['GET', '/admin/users'],
    ['GET', `/admin/users/${user.userId}`],
    ['PATCH', `/admin/users/${user.userId}`, { status: 'disabled' }],
    ['PATCH', `/admin/users/${user.userId}`, { roles: ['admin'] }],
    ['POST', '/admin/users', { email: 'mine@example.test' }],
    ['POST', `/admin/users/${user.userId}/invitation`],
    ['DELETE', `/admin/users/${user.userId}/invitation`],
    ['GET', '/admin/invitations'],
    ['GET', `/admin/users/${user.userId}/sessions`],
    ['DELETE', `/admin/users/${user.userId}/sessions`],
    ['DELETE', `/admin/users/${user.userId}/sessions/${user.deviceId}`],
    ['GET', '/admin/audit'],
  ]
  for (const [method, url, body] of calls) {
    t.equal((await auth.call(method, url, { ...(body && { body }) })).statusCode, 401, `${method} ${url}`)
    for (const token of [user.accessToken, forged]) {
      const response = await auth.call(method, url, { token, ...(body && { body }) })
      t.equal(response.statusCode, 403, `${method} ${url}`)
      t.equal(response.json().code, 'insufficient_scope')
      t.match(response.headers['www-authenticate'], /error="insufficient_scope", scope="/)
    }
  }
  t.equal((await refreshWith(auth, user.refreshToken)).statusCode, 200, 'and nothing happened')
})
