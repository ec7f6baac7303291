import { createAccessTokenSigner, parseKeyRing } from '@latchkey/access-token'
import t from 'tap'
import { PASSWORD, refreshWith, startAuthService } from './support/auth-service.ts'

const auth = await startAuthService(t)
const NEW_PASSWORD = 'copper-lantern-drifts-9'

t.test(
  'signing out everywhere ends every device and every access token, and a new sign-in works at once',
  async (t) => {
    const user = await auth.newUser()
    const devices = [user, ...(await Promise.all(Array.from({ length: 4 }, () => auth.signIn(user.email))))]
    t.equal((await auth.call('POST', '/auth/logout-all', { token: user.accessToken })).statusCode, 204)
    for (const device of devices) {
      t.match((await refreshWith(auth, device.refreshToken)).json(), {
        code: 'session_ended',
        reason: 'signed_out_everywhere',
      })
      t.equal((await auth.call('GET', '/auth/me', { token: device.accessToken })).json().code, 'token_revoked')
    }
    const again = await auth.signIn(user.email)
    t.equal((await auth.call('GET', '/auth/me', { token: again.accessToken })).statusCode, 200)
  },
)

t.test('a sign-in that races with signing out everywhere is over or came after it, never in between', async (t) => {
  const user = await auth.newUser()
  for (let round = 0; round < 5; round++) {
    const signIns = Array.from({ length: 4 }, () => auth.signIn(user.email))
    const own = await auth.signIn(user.email)
    const [, ...devices] = await Promise.all([
      auth.call('POST', '/auth/logout-all', { token: own.accessToken }),
      ...signIns,
    ])
    for (const device of devices) {
      const [refresh, me] = [
        await refreshWith(auth, device.refreshToken),
        await auth.call('GET', '/auth/me', { token: device.accessToken }),
      ]
      t.equal(refresh.statusCode === 200, me.statusCode === 200, 'refresh and access token agree')
    }
  }
})

t.test('a changed password signs out every other device and keeps this one', async (t) => {
  const user = await auth.newUser()
  const elsewhere = await auth.signIn(user.email)
  const change = (body: object) => auth.call('POST', '/auth/password', { token: user.accessToken, body })

  const wrong = await change({ currentPassword: 'wrong-wrong-wrong', newPassword: NEW_PASSWORD })
  t.equal(wrong.statusCode, 403)
  t.equal(wrong.json().code, 'wrong_password')
  const weak = await change({ currentPassword: PASSWORD, newPassword: 'password1234567' })
  t.equal(weak.statusCode, 400)
  t.equal(weak.json().errors[0].path, '/newPassword')
  t.equal((await refreshWith(auth, elsewhere.refreshToken)).statusCode, 200, 'a refused change ends nothing')

  t.equal((await change({ currentPassword: PASSWORD, newPassword: NEW_PASSWORD })).statusCode, 204)
  t.match((await refreshWith(auth, elsewhere.refreshToken)).json(), {
    code: 'session_ended',
    reason: 'password_changed',
  })
  t.equal((await refreshWith(auth, user.refreshToken)).statusCode, 200)
  t.equal((await auth.call('GET', '/auth/me', { token: user.accessToken })).statusCode, 200)
  const login = (password: string) => auth.call('POST', '/auth/login', { body: { email: user.email, password } })
  t.equal((await login(PASSWORD)).statusCode, 401)
  t.equal((await login(NEW_PASSWORD)).statusCode, 200)
})

t.test('of two password changes at once one wins', async (t) => {
  const user = await auth.newUser()
  const responses = await Promise.all(
    ['first-marble-ocean-31', 'second-marble-ocean-32'].map((newPassword) =>
      auth.call('POST', '/auth/password', {
        token: user.accessToken,
        body: { currentPassword: PASSWORD, newPassword },
      }),
    ),
  )
  t.same(responses.map((response) => response.statusCode).sort(), [204, 403])
})

t.test('a token forged with the shared key opens nothing here, whatever it claims', async (t) => {
  const user = await auth.newUser()
  const sign = createAccessTokenSigner({ ring: auth.config.tokens.accessKeys.current })
  const claims = JSON.parse(Buffer.from(user.accessToken.split('.')[1] ?? '', 'base64url').toString())

  const noSession = sign({ ...claims, sid: 'no-such-session' })
  t.equal((await auth.call('GET', '/auth/me', { token: noSession })).json().code, 'token_revoked')
  const olderVersion = sign({ ...claims, ver: claims.ver + 1 })
  t.equal((await auth.call('GET', '/auth/me', { token: olderVersion })).json().code, 'token_revoked')
  const program = sign({ ...claims, sid: undefined, did: undefined, ver: undefined, roles: undefined })
  t.equal((await auth.call('GET', '/auth/me', { token: program })).statusCode, 401)
  const promoted = sign({ ...claims, roles: ['admin'], scope: 'profile users:write' })
  t.same(
    (await auth.call('GET', '/auth/me', { token: promoted })).json().user.roles,
    ['user'],
    'roles are those of the user',
  )
})

t.test('a key that only verifies lets tokens signed with it pass until it leaves the ring', async (t) => {
  const user = await auth.newUser()
  const old = 'a1:access-access-access-access-access'
  const added = 'a2:another-another-another-another-another'
  const both = await startAuthService(t, { beside: auth, variables: { ACCESS_TOKEN_SECRET: `${added},${old}` } })
  t.equal((await both.call('GET', '/auth/me', { token: user.accessToken })).statusCode, 200)
  const fresh = (await refreshWith(both, user.refreshToken)).json().accessToken
  t.equal(JSON.parse(Buffer.from(fresh.split('.')[0], 'base64url').toString()).kid, 'a2')
  const dropped = await startAuthService(t, { beside: auth, variables: { ACCESS_TOKEN_SECRET: added } })
  t.equal((await dropped.call('GET', '/auth/me', { token: user.accessToken })).json().code, 'invalid_token')
  t.equal((await dropped.call('GET', '/auth/me', { token: fresh })).statusCode, 200)
})

t.test('no secret and no token reaches the log', async (t) => {
  const user = await auth.newUser()
  await refreshWith(auth, user.refreshToken)
  await auth.call('POST', '/auth/login', { body: { email: user.email, password: 'canary-wrong-password' } })
  await auth.call('GET', `/auth/me?access_token=${user.accessToken}`, { token: user.accessToken })
  await auth.call('POST', '/auth/refresh', { body: { refreshToken: user.accessToken } })
  const log = JSON.stringify(auth.logs.lines())
  t.ok(log.includes('/auth/refresh'))
  for (const secret of [PASSWORD, 'canary-wrong-password', user.refreshToken, user.accessToken])
    t.notOk(log.includes(secret))
  for (const { verifyWith: secret } of [
    ...auth.config.tokens.accessKeys.current().keys,
    ...parseKeyRing('x:refresh-refresh-refresh-refresh-refresh').keys,
  ]) {
    t.notOk(log.includes(secret))
  }
})
