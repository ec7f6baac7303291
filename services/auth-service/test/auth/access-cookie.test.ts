import { eventually } from '@latchkey/test-kit'
import t, { type Test } from 'tap'
import { administratorOf, cookieHeader, setCookies } from '../support/auth-service.ts'
import { listen, PAYROLL } from '../support/listening-service.ts'
import { basic, send } from '../support/send-form.ts'
import { forge } from '../support/tokens.ts'

const KEYS = 'a1:access-access-access-access-access,leaked:leaked-secret-leaked-secret-leaked'
const auth = await listen(t, { variables: { ACCESS_TOKEN_SECRET: KEYS } })
const asAdmin = await administratorOf(auth)

async function reportOf(cookies?: string) {
  const response = await auth.call('GET', '/auth/cookie', cookies === undefined ? {} : { cookies })
  return { status: response.statusCode, text: response.body, json: response.json() }
}

/** The report says what `GET /auth/me` does with the same cookie. */
async function isRefused(t: Test, token: string, reason: string, title: string): Promise<void> {
  const cookies = `__Host-access=${token}`
  t.same((await reportOf(cookies)).json, { present: true, valid: false, reason }, title)
  const me = await auth.call('GET', '/auth/me', { cookies })
  t.equal(me.json().code, reason, `${title}: /auth/me`)
}

t.test('the report says what arrives of the access cookie, and never shows the token', async (t) => {
  t.same((await reportOf()).json, { present: false, valid: false })
  await isRefused(t, 'rubbish', 'invalid_token', 'rubbish')
  const user = await auth.newUser()
  const signedIn = await auth.call('POST', '/auth/login', {
    body: { email: user.email, password: 'violet-harbour-sings-7', delivery: 'cookie' },
  })
  const token = setCookies(signedIn).get('__Host-access')?.value ?? ''
  const good = await reportOf(`__Host-access=${token}`)
  t.match(good.json, { present: true, valid: true, claims: { sub: user.userId } })
  t.ok(good.json.expiresIn > 890)
  t.notOk(good.text.includes(token))
  await auth.call('POST', '/auth/logout', {
    cookies: cookieHeader(signedIn),
    headers: { 'sec-fetch-site': 'same-origin' },
  })
  await isRefused(t, token, 'token_revoked', 'an ended session')
})

t.test('no cookie is valid that a call would refuse, and the reason is that of the refusal', async (t) => {
  const disabled = await auth.newUser()
  await asAdmin('PATCH', `/admin/users/${disabled.userId}`, { status: 'disabled' })
  await isRefused(t, disabled.accessToken, 'token_revoked', 'a disabled user')

  const everywhere = await auth.newUser()
  await auth.call('POST', '/auth/logout-all', { token: everywhere.accessToken })
  await isRefused(t, everywhere.accessToken, 'token_revoked', 'a raised version')

  const user = await auth.newUser()
  await isRefused(t, forge(auth, user.accessToken, { ver: 7 }), 'token_revoked', 'another version of a live session')
  await isRefused(t, forge(auth, user.accessToken, { sid: 'another' }), 'token_revoked', 'no such session')
  await isRefused(
    t,
    forge(auth, user.accessToken, { exp: 1_600_000_900, iat: 1_600_000_000 }),
    'token_expired',
    'an old token',
  )
  await isRefused(t, user.refreshToken, 'invalid_token', 'a refresh token')

  const client = await send(`${auth.url}/oauth/token`, { grant_type: 'client_credentials' }, basic(PAYROLL))
  const clientToken = String(client.json.access_token)
  await isRefused(t, clientToken, 'insufficient_scope', 'a service client')
  await send(`${auth.url}/oauth/revoke`, { token: clientToken })
  await isRefused(t, clientToken, 'token_revoked', 'a revoked token of a service client')
})

t.test('a cookie under a revoked key is not valid, though its session lives', async (t) => {
  const signer = await listen(t, {
    beside: auth,
    variables: { TOKEN_ISSUER: auth.config.tokens.issuer, ACCESS_TOKEN_SECRET: KEYS.split(',').reverse().join() },
  })
  const { accessToken, userId } = await signer.newUser()
  t.match((await reportOf(`__Host-access=${accessToken}`)).json, { valid: true, claims: { sub: userId } }, 'before')
  t.equal((await asAdmin('DELETE', '/admin/keys/leaked')).statusCode, 204)
  const isRead = async (): Promise<boolean> => !(await reportOf(`__Host-access=${accessToken}`)).json.valid
  t.ok(await eventually(isRead), 'once the feed is read')
  await isRefused(t, accessToken, 'token_revoked', 'a revoked key')
})

t.test('the claims in the report are those of today, whatever the token says', async (t) => {
  const user = await auth.newUser()
  const forged = forge(auth, user.accessToken, {
    roles: ['admin'],
    scope: 'profile users:write employees:read',
    username: 'root',
    email: 'root@example.test',
    email_verified: true,
    client_id: 'payroll',
  })
  const { claims } = (await reportOf(`__Host-access=${forged}`)).json
  t.match(claims, { roles: ['user'], scope: 'profile', client_id: 'latchkey' })
  t.notOk('email' in claims, 'the address is not verified')
  t.not(claims.username, 'root')
})
