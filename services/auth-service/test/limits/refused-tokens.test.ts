import { Redis } from 'ioredis'
import t from 'tap'
import { cookieHeader, PASSWORD, refreshWith, startAuthService } from '../support/auth-service.ts'
import { newClient } from '../support/clients.ts'
import { basic } from '../support/send-form.ts'

const QUOTA = 600

let clockMs = Date.now()
const auth = await startAuthService(t, { variables: { TRUST_PROXY: '127.0.0.1' }, now: () => clockMs })
const replica = await startAuthService(t, {
  variables: { TRUST_PROXY: '127.0.0.1' },
  now: () => clockMs,
  beside: auth,
})

const from = (address: string) => ({ 'x-forwarded-for': address })
const refresh = (refreshToken: string, address: string, service = auth) =>
  service.call('POST', '/auth/refresh', { body: { refreshToken }, headers: from(address) })

function form(url: string, fields: Record<string, string>, headers: Record<string, string>) {
  return auth.app.inject({
    method: 'POST',
    url,
    payload: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  })
}

async function refuseMany(address: string): Promise<void> {
  for (let n = 0; n < QUOTA; n += 50) {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => refresh('bad', address, n % 100 ? auth : replica)),
    )
    for (const { statusCode } of answers) if (statusCode !== 401) throw new Error(`answered ${statusCode}`)
  }
}

/** As a Redis that starts anew. */
async function forgetCounts(): Promise<void> {
  const redis = new Redis(auth.environment.redisUrl)
  try {
    const keys = await redis.keys(`${auth.environment.redisPrefix}guess:*`)
    await redis.del(keys)
  } finally {
    redis.disconnect()
  }
}

t.test('bad refresh tokens from one network are 401, then 429; good ones are never refused', async (t) => {
  const user = await auth.newUser()
  const ended = await auth.newUser()
  await auth.call('POST', '/auth/logout-all', { token: ended.accessToken })
  const page = await auth.call('POST', '/auth/login', { body: { email: user.email, password: PASSWORD } })
  await refuseMany('203.0.113.7')

  const refused = await refresh('bad', '203.0.113.7', replica)
  t.equal(refused.statusCode, 429)
  t.equal(refused.json().code, 'too_many_requests')
  t.match(refused.headers, {
    'retry-after': /^[1-9]\d?$/,
    'ratelimit-policy': `"refusals";q=${QUOTA};w=60`,
    ratelimit: /^"refusals";r=0;t=\d+$/,
  })
  t.equal((await refresh(ended.refreshToken, '203.0.113.7')).statusCode, 429, 'an ended session')

  const good = await refresh(user.refreshToken, '203.0.113.7')
  t.equal(good.statusCode, 200)
  const more = await Promise.all(Array.from({ length: 30 }, () => refresh(good.json().refreshToken, '203.0.113.7')))
  t.same([...new Set(more.map(({ statusCode }) => statusCode))], [200])
  const byCookie = await auth.call('POST', '/auth/refresh', {
    cookies: cookieHeader(page),
    headers: { ...from('203.0.113.7'), 'x-requested-with': 'test' },
  })
  t.equal(byCookie.statusCode, 200)
  t.equal((await refresh('bad', '203.0.113.8')).statusCode, 401, 'from elsewhere')
  clockMs += 80_000
  t.equal((await refresh(ended.refreshToken, '203.0.113.7')).json().reason, 'signed_out_everywhere')
})

t.test(
  'a network at the limit is refused without Redis for a second, a good token is not, and then Redis decides',
  async (t) => {
    const user = await auth.newUser()
    await refuseMany('203.0.113.12')
    t.equal((await refresh('bad', '203.0.113.12')).statusCode, 429)
    await forgetCounts()
    clockMs += 999
    const refused = await refresh('bad', '203.0.113.12')
    t.equal(refused.statusCode, 429)
    t.match(refused.headers, { 'retry-after': /^[1-9]\d?$/, ratelimit: /^"refusals";r=0;t=\d+$/ })
    t.equal((await refresh(user.refreshToken, '203.0.113.12')).statusCode, 200)
    t.equal((await refresh('bad', '203.0.113.12', replica)).statusCode, 401, 'this replica has seen no refusal yet')
    clockMs += 1
    t.equal((await refresh('bad', '203.0.113.12')).statusCode, 401)
  },
)

t.test('a 429 clears no cookie, also where the session has ended', async (t) => {
  const { email } = await auth.newUser()
  const page = await auth.call('POST', '/auth/login', { body: { email, password: PASSWORD } })
  await auth.call('POST', '/auth/logout-all', { token: page.json().accessToken })
  await refuseMany('2001:db8:0:7::1')
  const asked = (address: string) =>
    auth.call('POST', '/auth/refresh', {
      cookies: cookieHeader(page),
      headers: { ...from(address), 'x-requested-with': 'test' },
    })
  const limited = await asked('2001:db8:0:7::ffff')
  t.equal(limited.statusCode, 429)
  t.equal(limited.headers['set-cookie'], undefined)
  const told = await asked('2001:db8:0:8::1')
  t.equal(told.statusCode, 401)
  t.ok(told.headers['set-cookie'])
})

t.test('a copied token ends its session and is told so, whatever else was refused', async (t) => {
  const user = await auth.newUser()
  const second = (await refreshWith(auth, user.refreshToken)).json()
  const third = (await refreshWith(auth, second.refreshToken)).json()
  await refreshWith(auth, third.refreshToken)
  await refuseMany('203.0.113.9')
  clockMs += 40_000
  await refuseMany('203.0.113.9').catch(() => {})
  const stolen = await refresh(user.refreshToken, '203.0.113.9')
  t.equal(stolen.json().code, 'token_reused')
})

t.test('refused calls of the standard endpoints are counted with them, and good clients are served', async (t) => {
  const client = await newClient(auth, 'reader')
  const headers = from('203.0.113.10')
  await refuseMany('203.0.113.10')
  const grant = { grant_type: 'refresh_token', refresh_token: 'bad' }
  const refused = await form('/oauth/token', grant, headers)
  t.equal(refused.statusCode, 429)
  t.match(refused.headers, { 'retry-after': /^\d+$/, 'ratelimit-policy': /^"refusals"/ })
  t.equal((await form('/oauth/introspect', { token: 'bad' }, headers)).statusCode, 429)
  t.equal((await form('/oauth/token', grant, from('203.0.113.11'))).json().error, 'invalid_grant')
  const served = await form('/oauth/token', { grant_type: 'client_credentials' }, { ...headers, ...basic(client) })
  t.equal(served.statusCode, 200)
  const { userId, refreshToken } = await auth.newUser()
  t.ok(userId)
  t.equal((await form('/oauth/token', { ...grant, refresh_token: refreshToken }, headers)).statusCode, 200)
})
