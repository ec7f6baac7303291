import t from 'tap'
import { refreshWith, type SignedIn, startAuthService } from '../support/auth-service.ts'

const auth = await startAuthService(t)

t.test('users see their devices: name, readable user agent, address, times, and the one that asks', async (t) => {
  const user = await auth.newUser()
  const userAgent =
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36'
  const login = await auth.call('POST', '/auth/login', {
    body: { email: user.email, password: 'violet-harbour-sings-7', delivery: 'body', deviceName: 'Work laptop' },
    headers: { 'user-agent': userAgent },
  })
  const response = await auth.call('GET', '/auth/sessions', { token: user.accessToken })
  t.equal(response.statusCode, 200)
  const { items, nextCursor } = response.json()
  t.equal(nextCursor, null)
  t.equal(items.length, 2)
  const laptop = items.find((item: { deviceId: string }) => item.deviceId === login.json().device.id)
  t.match(laptop, { deviceName: 'Work laptop', userAgent: 'Chrome 131 on Windows', ip: '127.0.0.1', current: false })
  const own = items.find((item: { deviceId: string }) => item.deviceId === user.deviceId)
  t.equal(own.current, true)
  for (const time of ['createdAt', 'lastSeenAt', 'expiresAt']) t.ok(Date.parse(laptop[time]) > 0, time)
  t.notMatch(response.body, /eyJ/)
})

const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)'
const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0'
const browsers: [userAgent: string, shown: string][] = [
  [`${MAC} ${CHROME} Safari/537.36`, 'Chrome 131 on macOS'],
  [`${MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15`, 'Safari 18 on macOS'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:133.0) Gecko/20100101 Firefox/133.0', 'Firefox 133 on macOS'],
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Safari/537.36 Edg/131.0.0.0`, 'Microsoft Edge 131 on Windows'],
  [`Mozilla/5.0 (Linux; Android 10; K) ${CHROME} Mobile Safari/537.36`, 'Chrome 131 on Android'],
  ['okhttp/4.12.0', 'okhttp/4.12.0'],
]

t.test(
  'a device without a name is called after its browser, without what browsers have frozen, and follows it',
  async (t) => {
    for (const [userAgent, shown] of browsers) {
      const { email } = await auth.newAccount()
      const body = { email, password: 'violet-harbour-sings-7', delivery: 'body' }
      const headers = { 'user-agent': userAgent }
      const login = (await auth.call('POST', '/auth/login', { body, headers })).json()
      t.equal(login.device.name, shown)
      const token = login.accessToken
      const listed = (await auth.call('GET', '/auth/sessions', { token })).json().items[0]
      t.match(listed, { deviceName: shown, userAgent: shown })
      t.equal((await auth.call('GET', '/auth/me', { token, headers })).json().device.name, shown)

      const updated = { 'user-agent': userAgent.replaceAll(/131|133/g, '140') }
      const name = shown.replace(/131|133/, '140')
      const refresh = { body: { refreshToken: login.refreshToken }, headers: updated }
      const renewed = (await auth.call('POST', '/auth/refresh', refresh)).json()
      t.equal(renewed.device.name, name, 'in the answer of the refresh')
      const after = (await auth.call('GET', '/auth/sessions', { token: renewed.accessToken })).json().items[0]
      t.match(after, { deviceName: name, userAgent: name }, 'and in the list')
    }
  },
)

t.test('a refresh updates the last-seen time and the address', async (t) => {
  const user = await auth.newUser()
  const before = (await auth.call('GET', '/auth/sessions', { token: user.accessToken })).json().items[0]
  await auth.app.inject({
    method: 'POST',
    url: '/auth/refresh',
    payload: { refreshToken: user.refreshToken },
    remoteAddress: '192.0.2.7',
  })
  const after = (await auth.call('GET', '/auth/sessions', { token: user.accessToken })).json().items[0]
  t.ok(after.lastSeenAt > before.lastSeenAt)
  t.equal(after.createdAt, before.createdAt)
  t.equal(after.ip, '192.0.2.7')
})

t.test('users end the session on one of their devices, and on no device of another user', async (t) => {
  const user = await auth.newUser()
  const lost = await auth.signIn(user.email)
  const stranger = await auth.newUser()
  const end = (deviceId: string, by: SignedIn) =>
    auth.call('DELETE', `/auth/sessions/${deviceId}`, { token: by.accessToken })
  t.equal((await end(lost.deviceId, stranger)).json().code, 'session_not_found')
  t.equal((await end(lost.deviceId, user)).statusCode, 204)
  t.equal((await end(lost.deviceId, user)).statusCode, 404)
  t.match((await refreshWith(auth, lost.refreshToken)).json(), { code: 'session_ended', reason: 'revoked_by_user' })
  t.equal((await auth.call('GET', '/auth/me', { token: lost.accessToken })).json().code, 'token_revoked')
  t.equal((await refreshWith(auth, user.refreshToken)).statusCode, 200)
})

t.test('users end the sessions on all their other devices, and keep this one', async (t) => {
  const user = await auth.newUser()
  const others = [await auth.signIn(user.email), await auth.signIn(user.email)]
  const stranger = await auth.newUser()
  const endOthers = () => auth.call('DELETE', '/auth/sessions', { token: user.accessToken })
  t.equal((await endOthers()).statusCode, 204)
  for (const { refreshToken, accessToken } of others) {
    t.match((await refreshWith(auth, refreshToken)).json(), { code: 'session_ended', reason: 'revoked_by_user' })
    t.equal((await auth.call('GET', '/auth/me', { token: accessToken })).json().code, 'token_revoked')
  }
  t.equal((await endOthers()).statusCode, 204, 'again, with none left')
  t.equal((await refreshWith(auth, user.refreshToken)).statusCode, 200)
  t.equal((await refreshWith(auth, stranger.refreshToken)).statusCode, 200)
})
