import t from 'tap'
import { refreshWith, startAuthService } from '../support/auth-service.ts'

const auth = await startAuthService(t)

t.test(
  'signing out everywhere ends every session and every access token, and a new sign-in works at once',
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

t.test('a sign-in that races with signing out everywhere either is ended or comes after it', async (t) => {
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
