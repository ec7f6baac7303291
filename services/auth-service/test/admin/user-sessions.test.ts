import t from 'tap'
import { administratorOf, refreshWith, startAuthService } from '../support/auth-service.ts'
import { claimsOf } from '../support/tokens.ts'

const auth = await startAuthService(t)
const asAdmin = await administratorOf(auth)

t.test('an administrator ends the session on one device of a user, and no longer sees it', async (t) => {
  const user = await auth.newUser()
  const lost = await auth.signIn(user.email)
  const devices = `/admin/users/${user.userId}/sessions`
  t.equal((await asAdmin('GET', devices)).json().items.length, 2)
  t.equal((await asAdmin('DELETE', `${devices}/${lost.deviceId}`)).statusCode, 204)
  const again = await asAdmin('DELETE', `${devices}/${lost.deviceId}`)
  t.equal(again.statusCode, 404)
  t.equal(again.json().code, 'session_not_found')
  t.match((await refreshWith(auth, lost.refreshToken)).json(), { code: 'session_ended', reason: 'revoked_by_admin' })
  t.equal((await asAdmin('GET', devices)).json().items.length, 1)
  t.equal((await refreshWith(auth, user.refreshToken)).statusCode, 200)
})

t.test('an administrator ends every session of a user, and older tokens are void', async (t) => {
  const user = await auth.newUser()
  const devices = [user, await auth.signIn(user.email)]
  t.equal((await asAdmin('DELETE', `/admin/users/${user.userId}/sessions`)).statusCode, 204)
  for (const device of devices) {
    t.match((await refreshWith(auth, device.refreshToken)).json(), {
      code: 'session_ended',
      reason: 'revoked_by_admin',
    })
  }
  const again = await auth.signIn(user.email)
  const claims = claimsOf(again.accessToken)
  t.equal(claims.ver, 1)
})
