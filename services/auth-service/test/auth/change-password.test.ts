import t from 'tap'
import { cookieHeader, PASSWORD, refreshWith, setCookies, startAuthService } from '../support/auth-service.ts'
import { startResourceService } from '../support/resource-service.ts'

const NEW_PASSWORD = 'copper-lantern-drifts-9'
const change = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD }

let clock = Date.now()
const auth = await startAuthService(t, { now: () => clock })
const resource = await startResourceService(t, auth, { now: () => clock })

t.test('a changed password signs out every other device and gives this one new tokens', async (t) => {
  const user = await auth.newUser()
  const elsewhere = await auth.signIn(user.email)
  const ask = (body: object) => auth.call('POST', '/auth/password', { token: user.accessToken, body })

  const wrong = await ask({ currentPassword: 'wrong-wrong-wrong', newPassword: NEW_PASSWORD })
  t.equal(wrong.statusCode, 403)
  t.equal(wrong.json().code, 'wrong_password')
  const weak = await ask({ currentPassword: PASSWORD, newPassword: 'password1234567' })
  t.equal(weak.statusCode, 400)
  t.equal(weak.json().errors[0].path, '/newPassword')
  t.equal((await refreshWith(auth, elsewhere.refreshToken)).statusCode, 200, 'a refused change ends nothing')

  const changed = await ask(change)
  t.equal(changed.statusCode, 200)
  t.match((await refreshWith(auth, elsewhere.refreshToken)).json(), {
    code: 'session_ended',
    reason: 'password_changed',
  })
  t.equal((await refreshWith(auth, changed.json().refreshToken)).statusCode, 200)
  t.equal((await auth.call('GET', '/auth/me', { token: changed.json().accessToken })).statusCode, 200)
  const login = (password: string) => auth.call('POST', '/auth/login', { body: { email: user.email, password } })
  t.equal((await login(PASSWORD)).statusCode, 401)
  t.equal((await login(NEW_PASSWORD)).statusCode, 200)
})

t.test('of two password changes at once one succeeds', async (t) => {
  const user = await auth.newUser()
  const responses = await Promise.all(
    ['first-marble-ocean-31', 'second-marble-ocean-32'].map((newPassword) =>
      auth.call('POST', '/auth/password', {
        token: user.accessToken,
        body: { currentPassword: PASSWORD, newPassword },
      }),
    ),
  )
  t.same(responses.map((response) => response.statusCode).sort(), [200, 403])
})

t.test('the answer to a change of password is that of a refresh, in the delivery of the session', async (t) => {
  const headers = { 'sec-fetch-site': 'same-origin' }
  for (const delivery of ['hybrid', 'cookie', 'body'] as const) {
    const { email } = await auth.newUser()
    const login = await auth.call('POST', '/auth/login', { body: { email, password: PASSWORD, delivery } })
    const changed = await auth.call('POST', '/auth/password', {
      body: change,
      headers,
      ...(delivery === 'cookie' ? { cookies: cookieHeader(login) } : { token: login.json().accessToken }),
    })
    t.equal(changed.statusCode, 200, delivery)
    t.same(Object.keys(changed.json()), Object.keys(login.json()), delivery)
    t.same(changed.json().device, login.json().device, delivery)
    t.same([...setCookies(changed).keys()], [...setCookies(login).keys()], delivery)
    t.equal(changed.headers['cache-control'], 'no-store', delivery)
    const refreshed = await auth.call('POST', '/auth/refresh', {
      headers,
      ...(delivery === 'body'
        ? { body: { refreshToken: changed.json().refreshToken } }
        : { cookies: cookieHeader(changed) }),
    })
    t.equal(refreshed.statusCode, 200, delivery)
  }
})

t.test('tokens of before the change are refused by every service, and those of the answer are good', async (t) => {
  const user = await auth.newUser()
  t.equal(await resource.verify(user.accessToken), 'ok')
  const { accessToken } = (await auth.call('POST', '/auth/password', { token: user.accessToken, body: change })).json()
  t.equal((await auth.call('GET', '/auth/me', { token: user.accessToken })).json().code, 'token_revoked')
  t.ok(await resource.eventuallyRefuses(user.accessToken))
  t.equal((await auth.call('GET', '/auth/me', { token: accessToken })).statusCode, 200)
  t.equal(await resource.verify(accessToken), 'ok')
})

t.test(
  'refresh tokens of before are superseded for the grace, clear no cookie, and then say that the session ended',
  async (t) => {
    const { email } = await auth.newUser()
    const login = await auth.call('POST', '/auth/login', { body: { email, password: PASSWORD } })
    const headers = { 'sec-fetch-site': 'same-origin' }
    const refresh = (cookies: string) => auth.call('POST', '/auth/refresh', { cookies, headers })
    const rotated = await refresh(cookieHeader(login))
    const changed = await auth.call('POST', '/auth/password', {
      token: rotated.json().accessToken,
      body: change,
    })

    clock += 29_000
    for (const response of [login, rotated]) {
      const late = await refresh(cookieHeader(response))
      t.equal(late.statusCode, 401)
      t.equal(late.json().code, 'token_superseded')
      t.equal(late.headers['set-cookie'], undefined)
    }
    clock += 2_000
    const ended = await refresh(cookieHeader(rotated))
    t.match(ended.json(), { code: 'session_ended', reason: 'password_changed' })
    t.equal(setCookies(ended).get('__Secure-refresh')?.value, '')
    t.equal((await refresh(cookieHeader(changed))).statusCode, 200, 'the new session goes on')
  },
)

t.test('the device stays the same, with one session on it', async (t) => {
  const user = await auth.newUser()
  await auth.signIn(user.email)
  const { accessToken } = (await auth.call('POST', '/auth/password', { token: user.accessToken, body: change })).json()
  const { items } = (await auth.call('GET', '/auth/sessions', { token: accessToken })).json()
  t.match(items, [{ deviceId: user.deviceId, current: true }])
  t.equal(items.length, 1)
})

t.test('the same password is refused, after the current one was right, and ends nothing', async (t) => {
  const user = await auth.newUser()
  const to = (currentPassword: string, newPassword: string) =>
    auth.call('POST', '/auth/password', { token: user.accessToken, body: { currentPassword, newPassword } })
  t.equal((await to('wrong-wrong-wrong', 'wrong-wrong-wrong')).json().code, 'wrong_password')
  const same = await to(PASSWORD, PASSWORD)
  t.equal(same.statusCode, 409)
  t.equal(same.json().code, 'same_password')
  t.equal((await refreshWith(auth, user.refreshToken)).statusCode, 200)
})

t.test('the same password is recognized in whatever Unicode form it is typed', async (t) => {
  const user = await auth.newUser()
  const accented = 'nine slöw herons wändering'
  const first = await auth.call('POST', '/auth/password', {
    token: user.accessToken,
    body: { currentPassword: PASSWORD, newPassword: accented },
  })
  const again = await auth.call('POST', '/auth/password', {
    token: first.json().accessToken,
    body: { currentPassword: accented, newPassword: accented.normalize('NFD') },
  })
  t.equal(again.json().code, 'same_password')
})

t.test('the audit trail has the change and the sessions that it ended', async (t) => {
  const user = await auth.newUser()
  const other = await auth.signIn(user.email)
  await auth.call('POST', '/auth/password', { token: user.accessToken, body: change })
  const admin = await auth.signInAdmin()
  const list = async (type: string) =>
    (await auth.call('GET', `/admin/audit?userId=${user.userId}&type=${type}`, { token: admin.accessToken })).json()
      .items
  t.match(await list('password_changed'), [{ actorId: user.userId, deviceId: user.deviceId }])
  const ended = (await list('session_ended')) as { deviceId: string; details: { reason: string } }[]
  t.same(ended.map(({ deviceId }) => deviceId).sort(), [user.deviceId, other.deviceId].sort())
  t.ok(ended.every(({ details }) => details.reason === 'password_changed'))
})
