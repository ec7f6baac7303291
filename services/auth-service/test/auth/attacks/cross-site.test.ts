import t from 'tap'
import { trailOf } from '../../support/audit.ts'
import { administratorOf, cookieHeader, PASSWORD, setCookies, startAuthService } from '../../support/auth-service.ts'
import { tokenIn } from '../../support/mailbox.ts'

// Another site signs a browser in to an account of its choice, and reads later what its owner leaves there.

const ALLOWED = 'https://app.example.test'
const auth = await startAuthService(t, { variables: { REGISTRATION: 'open', ALLOWED_ORIGINS: ALLOWED } })
const asAdmin = await administratorOf(auth)

const FOREIGN: Record<string, Record<string, string>> = {
  'a foreign origin': { origin: 'https://evil.test' },
  'a foreign origin that claims to be our own': { origin: 'https://evil.test', 'sec-fetch-site': 'same-origin' },
  'the null origin': { origin: 'null' },
  'cross-site by Sec-Fetch-Site': { 'sec-fetch-site': 'cross-site' },
  'same-site is not same-origin': { 'sec-fetch-site': 'same-site' },
  'none of the headers': { 'x-requested-with': '' },
}

let people = 0
async function invitation(): Promise<{ token: string; email: string }> {
  const email = `guest${++people}@example.test`
  const { invitation } = (await asAdmin('POST', '/admin/users', { email })).json()
  return { email, token: tokenIn(invitation.link) }
}

t.test('no other site signs a browser in, by whatever call, and nothing happens when it tries', async (t) => {
  const { email } = await auth.newAccount()
  const { token } = await invitation()
  const calls = {
    '/auth/login': { email, password: PASSWORD },
    '/auth/register': { email: 'chosen@example.test', username: 'chosen', password: PASSWORD },
    '/auth/invitations/accept': { token, password: PASSWORD },
  }
  for (const [url, members] of Object.entries(calls)) {
    for (const delivery of ['hybrid', 'cookie']) {
      const body = { ...members, delivery }
      for (const [name, headers] of Object.entries(FOREIGN)) {
        const refused = await auth.call('POST', url, { body, headers })
        t.equal(refused.statusCode, 403, `${url} ${name}`)
        t.equal(refused.json().code, 'csrf_rejected', `${url} ${name}`)
        t.equal(refused.headers['set-cookie'], undefined)
      }
    }
  }
  // The default of these two is a delivery with cookies.
  for (const url of ['/auth/login', '/auth/invitations/accept'] as const) {
    const refused = await auth.call('POST', url, { body: calls[url], headers: { origin: 'https://evil.test' } })
    t.equal(refused.json().code, 'csrf_rejected', url)
  }
  const trail = await trailOf(auth)
  t.same(await trail({ type: 'login_succeeded', userId: 'chosen@example.test' }), [])
  t.ok((await trail({ type: 'csrf_rejected' })).length > 0)

  t.equal((await auth.call('POST', '/auth/register', { body: calls['/auth/register'] })).statusCode, 201, 'still free')
  t.equal(
    (await auth.call('POST', '/auth/invitations/accept', { body: calls['/auth/invitations/accept'] })).statusCode,
    200,
  )
})

t.test('our own pages and allowed origins sign in, and programs that take no cookie', async (t) => {
  const { email } = await auth.newAccount()
  const login = (headers: Record<string, string>, delivery = 'cookie') =>
    auth.app.inject({ method: 'POST', url: '/auth/login', payload: { email, password: PASSWORD, delivery }, headers })
  t.equal((await login({ origin: ALLOWED })).statusCode, 200)
  t.equal((await login({ 'sec-fetch-site': 'same-origin' })).statusCode, 200)
  t.equal((await login({ host: 'id.example.test', origin: 'https://id.example.test' })).statusCode, 200)
  t.equal((await login({ 'x-requested-with': 'fetch' })).statusCode, 200)
  t.equal((await login({}, 'body')).statusCode, 200)
  t.equal((await login({}, 'cookie')).json().code, 'csrf_rejected')
})

t.test('signing in as another person ends the session whose cookie came along', async (t) => {
  const own = { 'sec-fetch-site': 'same-origin' }
  const guest = await invitation()
  const signIns = {
    login: { url: '/auth/login', body: { email: (await auth.newAccount()).email, password: PASSWORD } },
    registration: {
      url: '/auth/register',
      body: { email: 'next@example.test', username: 'next', password: PASSWORD, delivery: 'cookie' },
    },
    acceptance: { url: '/auth/invitations/accept', body: { token: guest.token, password: PASSWORD } },
  }
  for (const [name, { url, body }] of Object.entries(signIns)) {
    const first = await auth.newAccount()
    const before = await auth.call('POST', '/auth/login', {
      body: { email: first.email, password: PASSWORD },
      headers: own,
    })
    const after = await auth.call('POST', url, { body, cookies: cookieHeader(before), headers: own })
    t.ok(after.statusCode < 300, name)
    const old = await auth.call('POST', '/auth/refresh', { cookies: cookieHeader(before), headers: own })
    t.match(old.json(), { code: 'session_ended', reason: 'replaced' }, name)
    t.equal((await auth.call('POST', '/auth/refresh', { cookies: cookieHeader(after), headers: own })).statusCode, 200)
  }
})

t.test('what is refused, or sets no cookie, ends no session', async (t) => {
  const own = { 'sec-fetch-site': 'same-origin' }
  const [first, second] = [await auth.newAccount(), await auth.newAccount()]
  const before = await auth.call('POST', '/auth/login', {
    body: { email: first.email, password: PASSWORD },
    headers: own,
  })
  const cookies = `__Secure-refresh=${setCookies(before).get('__Secure-refresh')?.value}`
  const login = (body: object, headers: Record<string, string> = own) =>
    auth.call('POST', '/auth/login', { body: { email: second.email, ...body }, cookies, headers })
  t.equal((await login({ password: 'wrong-wrong-wrong' })).statusCode, 401)
  t.equal((await login({ password: PASSWORD }, { origin: 'https://evil.test' })).statusCode, 403)
  t.equal((await login({ password: PASSWORD, delivery: 'body' }, { origin: 'https://evil.test' })).statusCode, 200)
  t.equal((await auth.call('POST', '/auth/refresh', { cookies, headers: own })).statusCode, 200)
})
