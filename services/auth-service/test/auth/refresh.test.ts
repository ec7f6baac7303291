import { connectRedis } from '@latchkey/test-kit'
import t from 'tap'
import { cookieHeader, refreshWith, setCookies, startAuthService } from '../support/auth-service.ts'
import { claimsOf } from '../support/tokens.ts'

let clock = Date.now()
const auth = await startAuthService(t, { now: () => clock })
const other = await startAuthService(t, { now: () => clock, beside: auth })

const SECOND = 1000
const DAY = 24 * 3600 * SECOND

t.test('two hundred refreshes in a row give two hundred different tokens of one session', async (t) => {
  const user = await auth.newUser()
  const seen = new Set([user.refreshToken])
  let token = user.refreshToken
  for (let n = 0; n < 200; n++) {
    const response = await refreshWith(auth, token)
    t.equal(response.statusCode, 200)
    token = response.json().refreshToken
    seen.add(token)
  }
  t.equal(seen.size, 201)
  const sids = new Set([...seen].map((each) => claimsOf(each).sid))
  t.equal(sids.size, 1)
})

t.test('repeating a refresh inside the grace gives the same successor, byte for byte', async (t) => {
  const user = await auth.newUser()
  const first = (await refreshWith(auth, user.refreshToken)).json().refreshToken
  for (let n = 0; n < 10; n++) {
    clock += 2 * SECOND
    const again = await refreshWith(n % 2 ? auth : other, user.refreshToken)
    t.equal(again.statusCode, 200)
    t.equal(again.json().refreshToken, first)
  }
})

t.test('fifty parallel refreshes over two instances give one generation', async (t) => {
  const user = await auth.newUser()
  const responses = await Promise.all(
    Array.from({ length: 50 }, (_, n) => refreshWith(n % 2 ? auth : other, user.refreshToken)),
  )
  t.same([...new Set(responses.map((response) => response.statusCode))], [200])
  const successors = new Set(responses.map((response) => response.json().refreshToken))
  t.equal(successors.size, 1)
  const [successor = ''] = successors
  t.equal((await refreshWith(auth, successor)).statusCode, 200, 'and it is live')
})

t.test(
  'a client that lost an answer long ago goes on with its old token, and the token it never received is void',
  async (t) => {
    const user = await auth.newUser()
    const lost = (await refreshWith(auth, user.refreshToken)).json().refreshToken
    clock += 31 * SECOND
    const recovered = await refreshWith(auth, user.refreshToken)
    t.equal(recovered.statusCode, 200)
    t.not(recovered.json().refreshToken, lost)

    const stolen = await refreshWith(auth, lost)
    t.equal(stolen.statusCode, 401)
    t.equal(stolen.json().code, 'token_reused')
    const after = await refreshWith(auth, recovered.json().refreshToken)
    t.match(after.json(), { code: 'session_ended', reason: 'token_reused' })
  },
)

t.test('a late duplicate of a replaced token is refused without consequence', async (t) => {
  const user = await auth.newUser()
  const second = (await refreshWith(auth, user.refreshToken)).json().refreshToken
  const third = (await refreshWith(auth, second)).json().refreshToken
  const late = await auth.call('POST', '/auth/refresh', {
    cookies: `__Secure-refresh=${user.refreshToken}`,
    headers: { 'sec-fetch-site': 'same-origin' },
  })
  t.equal(late.statusCode, 401)
  t.equal(late.json().code, 'token_superseded')
  t.equal(late.headers['set-cookie'], undefined, 'no cookie is cleared')
  t.equal((await refreshWith(auth, third)).statusCode, 200)
})

t.test('a token from before the grace ends its session as stolen, and no other session of the user', async (t) => {
  const user = await auth.newUser()
  const elsewhere = await auth.signIn(user.email)
  const second = (await refreshWith(auth, user.refreshToken)).json().refreshToken
  const third = (await refreshWith(auth, second)).json().refreshToken
  clock += 31 * SECOND
  const theft = await refreshWith(auth, user.refreshToken)
  t.equal(theft.statusCode, 401)
  t.equal(theft.json().code, 'token_reused')
  t.match(theft.headers['www-authenticate'], /^Bearer .*error="invalid_token"/)
  t.match((await refreshWith(auth, third)).json(), { code: 'session_ended', reason: 'token_reused' })
  t.equal((await auth.call('GET', '/auth/me', { token: user.accessToken })).json().code, 'token_revoked')
  t.equal((await refreshWith(auth, elsewhere.refreshToken)).statusCode, 200)
})

t.test('a theft clears the cookies of the client that presented the token', async (t) => {
  const user = await auth.newUser()
  const login = await auth.call('POST', '/auth/login', {
    body: { email: user.email, password: 'violet-harbour-sings-7', delivery: 'cookie' },
  })
  const headers = { 'sec-fetch-site': 'same-origin' }
  const old = cookieHeader(login)
  const second = await auth.call('POST', '/auth/refresh', { cookies: old, headers })
  await auth.call('POST', '/auth/refresh', { cookies: cookieHeader(second), headers })
  clock += 31 * SECOND
  const theft = await auth.call('POST', '/auth/refresh', { cookies: old, headers })
  t.equal(theft.json().code, 'token_reused')
  const cleared = setCookies(theft)
  t.same(cleared.get('__Secure-refresh'), {
    value: '',
    attributes: ['HttpOnly', 'Max-Age=0', 'Path=/auth', 'SameSite=Strict', 'Secure'],
  })
  t.same(cleared.get('__Host-access'), {
    value: '',
    attributes: ['HttpOnly', 'Max-Age=0', 'Path=/', 'SameSite=Strict', 'Secure'],
  })
})

t.test('a session ends when it idles, and each refresh extends it', async (t) => {
  const user = await auth.newUser()
  clock += 6 * DAY
  const kept = await refreshWith(auth, user.refreshToken)
  t.equal(kept.statusCode, 200)
  clock += 7 * DAY
  const idle = await refreshWith(auth, kept.json().refreshToken)
  t.equal(idle.statusCode, 401)
  t.match(idle.json(), { code: 'session_ended', reason: 'idle_expired' })
})

t.test('no refreshing keeps a session beyond its absolute age', async (t) => {
  const user = await auth.newUser()
  let token = user.refreshToken
  for (let day = 5; day < 30; day += 5) {
    clock += 5 * DAY
    const response = await refreshWith(auth, token)
    t.equal(response.statusCode, 200)
    token = response.json().refreshToken
  }
  clock += 5 * DAY
  t.match((await refreshWith(auth, token)).json(), { code: 'session_ended', reason: 'max_age_expired' })
})

t.test('a user snapshot that Redis lacks is read from Postgres', async (t) => {
  const user = await auth.newUser()
  const redis = connectRedis(auth.environment.redisUrl)
  await redis.hdel(`${auth.environment.redisPrefix}user:{${user.userId}}`, 'u')
  redis.disconnect()
  const response = await refreshWith(auth, user.refreshToken)
  t.equal(response.statusCode, 200)
  t.equal(response.json().user.email, user.email)
})

t.test('a change of profile reaches the next refresh', async (t) => {
  const user = await auth.newUser()
  const change = await auth.call('PATCH', '/auth/me', { token: user.accessToken, body: { fullName: 'New Name' } })
  t.equal(change.statusCode, 200)
  t.equal((await refreshWith(auth, user.refreshToken)).json().user.fullName, 'New Name')
})

t.test('what is not a valid refresh token is refused without the reason', async (t) => {
  const user = await auth.newUser()
  const [header, payload, signature = ''] = user.refreshToken.split('.')
  const cases: Record<string, string> = {
    'an access token': user.accessToken,
    'a changed signature': `${header}.${payload}.${signature.slice(0, -2)}AA`,
    'no signature': `${header}.${payload}.`,
    'random text': 'x'.repeat(100),
  }
  for (const [name, token] of Object.entries(cases)) {
    const response = await refreshWith(auth, token)
    t.equal(response.statusCode, 401, name)
    t.match(response.json(), { code: 'invalid_token', detail: 'This is not a valid refresh token.' }, name)
  }
  t.equal((await auth.call('POST', '/auth/refresh')).json().code, 'unauthenticated')
  t.equal((await refreshWith(auth, user.refreshToken)).statusCode, 200, 'and no alarm was raised for any of them')
})

t.test('a refresh token is no access token', async (t) => {
  const user = await auth.newUser()
  const response = await auth.call('GET', '/auth/me', { token: user.refreshToken })
  t.equal(response.statusCode, 401)
  t.equal(response.json().code, 'invalid_token')
})
