import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import t, { type Test } from 'tap'
import { administratorOf, PASSWORD, refreshWith, type SignedIn, setCookies } from '../support/auth-service.ts'
import { listen, PAYROLL } from '../support/listening-service.ts'
import { startResourceService } from '../support/resource-service.ts'
import { basic, send } from '../support/send-form.ts'
import { forge } from '../support/tokens.ts'

const auth = await listen(t)
const resource = await startResourceService(t, auth)
const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin' }

const logout = (call: Parameters<typeof auth.call>[2] = {}) => auth.call('POST', '/auth/logout', call)

async function isEnded(t: Test, { accessToken, refreshToken }: SignedIn, title = ''): Promise<void> {
  t.match((await refreshWith(auth, refreshToken)).json(), { code: 'session_ended', reason: 'signed_out' }, title)
  t.equal((await auth.call('GET', '/auth/me', { token: accessToken })).json().code, 'token_revoked', title)
}

async function isLive(t: Test, { accessToken, refreshToken }: SignedIn, title = ''): Promise<void> {
  t.equal((await auth.call('GET', '/auth/me', { token: accessToken })).statusCode, 200, title)
  t.equal((await refreshWith(auth, refreshToken)).statusCode, 200, title)
}

t.test('any one token of a session ends it: in the header, in the body or in a cookie', async (t) => {
  const ways: Record<string, (user: SignedIn) => Parameters<typeof auth.call>[2]> = {
    'an access token in the header': ({ accessToken }) => ({ token: accessToken }),
    'an access token in its cookie': ({ accessToken }) => ({
      cookies: `__Host-access=${accessToken}`,
      headers: SAME_ORIGIN,
    }),
    'a refresh token in the body': ({ refreshToken }) => ({ body: { refreshToken } }),
    'a refresh token in its cookie': ({ refreshToken }) => ({
      cookies: `__Secure-refresh=${refreshToken}`,
      headers: SAME_ORIGIN,
    }),
  }
  for (const [title, call] of Object.entries(ways)) {
    const user = await auth.newUser()
    const elsewhere = await auth.signIn(user.email)
    const response = await logout(call(user))
    t.same([response.statusCode, response.body], [204, ''], title)
    for (const name of ['__Host-access', '__Secure-refresh']) t.equal(setCookies(response).get(name)?.value, '', title)
    await isEnded(t, user, title)
    t.ok(await resource.eventuallyRefuses(user.accessToken), title)
    t.equal((await logout(call(user))).statusCode, 204, `${title}, again`)
    await isLive(t, elsewhere, `another device, ${title}`)
  }
})

t.test('of several tokens in one request every session ends, and each is recorded once', async (t) => {
  const asAdmin = await administratorOf(auth)
  const user = await auth.newUser()
  const [a, b, c] = [await auth.signIn(user.email), await auth.signIn(user.email), await auth.newUser()]
  const response = await logout({
    token: user.accessToken,
    body: { refreshToken: a.refreshToken },
    cookies: `__Host-access=${b.accessToken}; __Secure-refresh=${c.refreshToken}`,
    headers: SAME_ORIGIN,
  })
  t.equal(response.statusCode, 204)
  for (const each of [user, a, b, c]) await isEnded(t, each)

  const single = await auth.newUser()
  await logout({
    token: single.accessToken,
    body: { refreshToken: single.refreshToken },
    cookies: `__Host-access=${single.accessToken}; __Secure-refresh=${single.refreshToken}`,
    headers: SAME_ORIGIN,
  })
  const { items } = (await asAdmin('GET', `/admin/audit?userId=${single.userId}&type=session_ended`)).json()
  t.match(items, [{ actorId: single.userId, deviceId: single.deviceId, details: { reason: 'signed_out' } }])
  t.equal(items.length, 1)
})

t.test('signing out twice is no error, nor with no token or with rubbish', async (t) => {
  const user = await auth.newUser()
  for (const refreshToken of [user.refreshToken, user.refreshToken, 'rubbish']) {
    t.equal((await auth.call('POST', '/auth/logout', { body: { refreshToken } })).statusCode, 204)
  }
  t.equal((await auth.call('POST', '/auth/logout')).statusCode, 204)
  const ended = await auth.call('POST', '/auth/refresh', { body: { refreshToken: user.refreshToken } })
  t.match(ended.json(), { code: 'session_ended', reason: 'signed_out' })
})

t.test('a token that is not live ends nothing, and is no error', async (t) => {
  const user = await auth.newUser()
  const dead: Record<string, string> = {
    'an expired access token': forge(auth, user.accessToken, { iat: 1_600_000_000, exp: 1_600_000_900 }),
    'an access token of another version': forge(auth, user.accessToken, { ver: 7 }),
    'an access token of another session': forge(auth, user.accessToken, { sid: 'another' }),
    'an access token for another audience': forge(auth, user.accessToken, { aud: 'elsewhere' }),
    'a refresh token in place of an access token': user.refreshToken,
    rubbish: 'rubbish',
  }
  for (const [title, token] of Object.entries(dead)) {
    t.equal((await logout({ token })).statusCode, 204, title)
    const cookie = await logout({ cookies: `__Host-access=${token}`, headers: SAME_ORIGIN })
    t.equal(cookie.statusCode, 204, `${title}, cookie`)
  }
  for (const authorization of ['Basic dXNlcjpwYXNz', `Token ${user.accessToken}`])
    t.equal((await logout({ headers: { authorization } })).statusCode, 204, authorization)
  t.equal((await logout({ body: { refreshToken: user.accessToken } })).statusCode, 204, 'in place of a refresh token')
  t.equal((await auth.call('POST', `/auth/logout?access_token=${user.accessToken}`)).statusCode, 204, 'in the URL')
  await isLive(t, user)
})

t.test('no other site signs anyone out by cookie, not even beside a token that it holds', async (t) => {
  const [user, other] = [await auth.newUser(), await auth.newUser()]
  for (const cookies of [`__Host-access=${user.accessToken}`, `__Secure-refresh=${user.refreshToken}`]) {
    for (const headers of [{ origin: 'https://evil.test' }, { 'sec-fetch-site': 'cross-site' }, {}]) {
      for (const call of [{}, { token: other.accessToken }, { body: { refreshToken: other.refreshToken } }]) {
        const response = await logout({ ...call, cookies, headers })
        t.same([response.statusCode, response.json().code], [403, 'csrf_rejected'])
        t.equal(response.headers['set-cookie'], undefined)
      }
    }
  }
  await isLive(t, user)
  await isLive(t, other)
})

/** fetch and inject join several headers into one. */
async function statusWithHeaders(authorization: string[]): Promise<number | undefined> {
  const outgoing = request(`${auth.url}/auth/logout`, { method: 'POST' })
  outgoing.setHeader('authorization', authorization)
  outgoing.end()
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  response.resume()
  return response.statusCode
}

t.test('a request that does not say which token it means is refused, and ends nothing', async (t) => {
  const [one, two] = [await auth.newUser(), await auth.newUser()]
  for (const [name, a, b] of [
    ['__Host-access', one.accessToken, two.accessToken],
    ['__Secure-refresh', one.refreshToken, two.refreshToken],
  ] as const) {
    const response = await logout({
      cookies: `${name}=${a}; ${name}=${b}`,
      headers: SAME_ORIGIN,
      token: one.accessToken,
    })
    t.same([response.statusCode, response.json().code], [400, 'invalid_request'], name)
  }
  t.equal(await statusWithHeaders([`Bearer ${one.accessToken}`, `Bearer ${two.accessToken}`]), 400)
  t.equal((await logout({ headers: { authorization: 'Bearer ' } })).statusCode, 400)
  await isLive(t, one)
  await isLive(t, two)
  t.equal(await statusWithHeaders([`Bearer ${one.accessToken}`]), 204)
  await isEnded(t, one)
})

t.test("a service client's token is revoked alone", async (t) => {
  const clientToken = async (): Promise<string> => {
    const grant = await send(`${auth.url}/oauth/token`, { grant_type: 'client_credentials' }, basic(PAYROLL))
    return String(grant.json.access_token)
  }
  const isActive = async (token: string) =>
    (await send(`${auth.url}/oauth/introspect`, { token }, basic(PAYROLL))).json.active
  const [own, other] = [await clientToken(), await clientToken()]
  t.equal((await logout({ token: own })).statusCode, 204)
  t.same([await isActive(own), await isActive(other)], [false, true])
  t.ok(await resource.eventuallyRefuses(own))
  t.equal((await logout({ token: own })).statusCode, 204, 'again')
})

t.test('a page that keeps both tokens in cookies signs out with the access cookie alone', async (t) => {
  const { email } = await auth.newUser()
  const signedIn = await auth.call('POST', '/auth/login', { body: { email, password: PASSWORD, delivery: 'cookie' } })
  const cookies = setCookies(signedIn)
  const accessCookie = `__Host-access=${cookies.get('__Host-access')?.value}`
  t.equal((await logout({ cookies: accessCookie, headers: SAME_ORIGIN })).statusCode, 204)
  const refreshToken = cookies.get('__Secure-refresh')?.value ?? ''
  t.match((await refreshWith(auth, refreshToken)).json(), { code: 'session_ended', reason: 'signed_out' })
})
