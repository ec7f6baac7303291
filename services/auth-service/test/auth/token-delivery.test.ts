import t from 'tap'
import { cookieHeader, PASSWORD, setCookies, startAuthService } from '../support/auth-service.ts'
import { claimsOf } from '../support/tokens.ts'

const auth = await startAuthService(t, { variables: { ALLOWED_ORIGINS: 'https://app.example.test' } })
const { email } = await auth.newUser()
const login = (more: object, headers: Record<string, string> = {}) =>
  auth.call('POST', '/auth/login', { body: { email, password: PASSWORD, ...more }, headers })

const COMMON = ['HttpOnly', 'SameSite=Strict', 'Secure']

t.test(
  'hybrid delivery, the default, puts the access token into the body and the refresh token into its cookie',
  async (t) => {
    const response = await login({})
    const body = response.json()
    t.equal(body.tokenType, 'Bearer')
    t.equal(body.expiresIn, 900)
    t.type(body.accessToken, 'string')
    t.equal(body.refreshToken, undefined)
    const cookies = setCookies(response)
    t.same([...cookies.keys()].sort(), ['__Host-device', '__Secure-refresh'])
    t.same(cookies.get('__Secure-refresh')?.attributes, [
      'HttpOnly',
      'Max-Age=604800',
      'Path=/auth',
      'SameSite=Strict',
      'Secure',
    ])
    t.same(cookies.get('__Host-device')?.attributes, [
      'HttpOnly',
      'Max-Age=31536000',
      'Path=/',
      'SameSite=Strict',
      'Secure',
    ])
    t.match(cookies.get('__Host-device')?.value, /^[\w-]+\.[\w-]+\.[\w-]+$/)
    t.equal(response.headers['cache-control'], 'no-store')
  },
)

t.test('cookie delivery hides both tokens from the page', async (t) => {
  const response = await login({ delivery: 'cookie' })
  const body = response.json()
  t.equal(body.accessToken, undefined)
  t.equal(body.refreshToken, undefined)
  const cookies = setCookies(response)
  t.same(cookies.get('__Host-access')?.attributes, ['HttpOnly', 'Max-Age=900', 'Path=/', 'SameSite=Strict', 'Secure'])
  for (const [name, { value, attributes }] of cookies) {
    t.ok(
      COMMON.every((attribute) => attributes.includes(attribute)),
      name,
    )
    t.notOk(
      attributes.some((attribute) => attribute.startsWith('Domain')),
      name,
    )
    t.ok(name.length + value.length < 4096, name)
  }
})

t.test('body delivery sets no cookie', async (t) => {
  const response = await login({ delivery: 'body' })
  t.equal(response.headers['set-cookie'], undefined)
  t.type(response.json().accessToken, 'string')
  t.type(response.json().refreshToken, 'string')
})

t.test(
  'a refresh answers in the delivery of its session, with cookies that forged headers do not change',
  async (t) => {
    const response = await login({ delivery: 'cookie' })
    const refreshed = await auth.call('POST', '/auth/refresh', {
      cookies: cookieHeader(response),
      headers: { 'sec-fetch-site': 'same-origin', 'x-forwarded-proto': 'http', 'x-forwarded-host': 'evil.test' },
    })
    t.equal(refreshed.statusCode, 200)
    t.same([...setCookies(refreshed).keys()].sort(), ['__Host-access', '__Host-device', '__Secure-refresh'])
    t.same(
      setCookies(refreshed).get('__Host-access')?.attributes,
      setCookies(response).get('__Host-access')?.attributes,
    )
  },
)

t.test('a browser that signed in before is the same device at the next sign-in', async (t) => {
  const first = await login({})
  const again = await login({}, { cookie: `__Host-device=${first.json().device.id}` })
  t.equal(again.json().device.id, first.json().device.id)
  const planted = await login({}, { cookie: '__Host-device=../../evil' })
  t.equal(planted.statusCode, 200)
  t.not(planted.json().device.id, '../../evil')
})

t.test('a page signs in, is known, refreshes and signs out by cookie alone', async (t) => {
  const headers = { origin: 'https://app.example.test' }
  const signedIn = await login({ delivery: 'cookie' }, headers)
  const me = await auth.call('GET', '/auth/me', { cookies: cookieHeader(signedIn) })
  t.equal(me.json().user.email, email)
  const refreshed = await auth.call('POST', '/auth/refresh', { cookies: cookieHeader(signedIn), headers })
  const changed = await auth.call('PATCH', '/auth/me', {
    cookies: cookieHeader(refreshed),
    headers,
    body: { fullName: 'By Cookie' },
  })
  t.equal(changed.json().user.fullName, 'By Cookie')
  const out = await auth.call('POST', '/auth/logout', { cookies: cookieHeader(refreshed), headers })
  t.equal(out.statusCode, 204)
  t.equal(setCookies(out).get('__Secure-refresh')?.value, '')
  t.equal(setCookies(out).get('__Host-access')?.value, '')
  t.equal((await auth.call('GET', '/auth/me', { cookies: cookieHeader(refreshed) })).json().code, 'token_revoked')
})

t.test(
  'no other site can refresh, sign out or change anything by cookie, and nothing changes when it tries',
  async (t) => {
    const signedIn = await login({ delivery: 'cookie' })
    const cookies = cookieHeader(signedIn)
    const foreign: Record<string, Record<string, string>> = {
      'a foreign origin': { origin: 'https://evil.test' },
      'a foreign origin that claims to be same-origin': {
        origin: 'https://evil.test',
        'sec-fetch-site': 'same-origin',
      },
      'the null origin': { origin: 'null' },
      'cross-site by Sec-Fetch-Site': { 'sec-fetch-site': 'cross-site' },
      'same-site is not same-origin': { 'sec-fetch-site': 'same-site' },
      'neither header, nor X-Requested-With': {},
    }
    for (const [name, headers] of Object.entries(foreign)) {
      for (const [method, url] of [
        ['POST', '/auth/refresh'],
        ['POST', '/auth/logout'],
        ['POST', '/auth/logout-all'],
        ['PATCH', '/auth/me'],
      ] as const) {
        const response = await auth.call(method, url, { cookies, headers, body: {} })
        t.equal(response.statusCode, 403, `${name}: ${method} ${url}`)
        t.equal(response.json().code, 'csrf_rejected')
        t.equal(response.headers['set-cookie'], undefined)
      }
    }
    const own = { 'x-requested-with': 'fetch' }
    t.equal(
      (await auth.call('POST', '/auth/refresh', { cookies, headers: own })).statusCode,
      200,
      'the token was not used up',
    )
  },
)

t.test('two cookies of one name are refused, and neither token is used up', async (t) => {
  const [one, two] = [await login({}), await login({})]
  const [a, b] = [one, two].map((response) => setCookies(response).get('__Secure-refresh')?.value)
  const headers = { 'sec-fetch-site': 'same-origin' }
  const both = await auth.call('POST', '/auth/refresh', {
    cookies: `__Secure-refresh=${a}; __Secure-refresh=${b}`,
    headers,
  })
  t.equal(both.statusCode, 400)
  for (const token of [a, b]) {
    const alone = await auth.call('POST', '/auth/refresh', { cookies: `__Secure-refresh=${token}`, headers })
    const claims = claimsOf(setCookies(alone).get('__Secure-refresh')?.value)
    t.equal(claims.gen, 2)
  }
  const access = await auth.call('GET', '/auth/me', { cookies: '__Host-access=a; __Host-access=b' })
  t.equal(access.statusCode, 400)
})
