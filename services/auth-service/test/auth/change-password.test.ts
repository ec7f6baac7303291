import t from 'tap'
import { PASSWORD, refreshWith, startAuthService } from '../support/auth-service.ts'

const auth = await startAuthService(t)
const NEW_PASSWORD = 'copper-lantern-drifts-9'

t.test('a changed password signs out every other device and gives this one new tokens', async (t) => {
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

  const changed = await change({ currentPassword: PASSWORD, newPassword: NEW_PASSWORD })
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
