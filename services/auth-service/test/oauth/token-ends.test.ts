import t from 'tap'
import { refreshWith, startAuthService } from '../support/auth-service.ts'
import { formEncode } from '../support/send-form.ts'
import { claimsOf } from '../support/tokens.ts'

const PLAIN = {
  clientId: 'payroll',
  secret: 'a-secret-of-payroll-that-is-long-enough',
  scopes: ['employees:read', 'users:disable', 'tokens:introspect'],
}
const ODD = { clientId: 'odd', secret: 'p:a%s+s é&= with everything in it', scopes: ['employees:read'] }
const auth = await startAuthService(t, {
  variables: {
    SERVICE_CLIENTS: JSON.stringify([PLAIN, ODD]),
    EMPLOYEE_CLIENT_SECRET: 'employee-service-secret-of-32-characters',
  },
})
const basic = (id: string, secret: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${formEncode(id)}:${formEncode(secret)}`).toString('base64')}`,
})
const BASIC = basic(PLAIN.clientId, PLAIN.secret)
const send = (url: string, form: string | Record<string, string>, headers: Record<string, string> = {}) =>
  auth.app.inject({
    method: 'POST',
    url,
    payload: new URLSearchParams(form).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  })
const token = (form: string | Record<string, string>, headers: Record<string, string> = {}) =>
  send('/oauth/token', form, headers)
const CLIENT_CREDENTIALS = { grant_type: 'client_credentials' }

t.test('introspection shows the claims of a live access token, and nothing about any other token', async (t) => {
  const user = await auth.newUser()
  const introspect = (subject: string, headers = BASIC) =>
    send('/oauth/introspect', { token: subject, token_type_hint: 'refresh_token' }, headers)
  const live = await introspect(user.accessToken)
  t.equal(live.statusCode, 200)
  t.equal(live.headers['cache-control'], 'no-store')
  t.match(live.json(), { active: true, token_type: 'Bearer', ...claimsOf(user.accessToken) })
  for (const dead of [user.refreshToken, `${user.accessToken}x`, 'junk', 'x'.repeat(8000)]) {
    const response = await introspect(dead)
    t.equal(response.statusCode, 200)
    t.same(response.json(), { active: false })
  }
  await auth.call('POST', '/auth/logout-all', { token: user.accessToken })
  t.same((await introspect(user.accessToken)).json(), { active: false })
  t.equal((await introspect(user.accessToken, {})).statusCode, 401)
  t.equal((await introspect(user.accessToken, basic('payroll', 'wrong'))).statusCode, 401)
  t.equal((await send('/oauth/introspect', {}, BASIC)).json().error, 'invalid_request')
  t.equal((await auth.call('GET', '/oauth/introspect')).statusCode, 405)
})

t.test('revoking answers 200 for every token, and a live one is revoked at once, whatever the hint says', async (t) => {
  const revoke = (subject: string, hint = '', headers: Record<string, string> = {}) =>
    send('/oauth/revoke', { token: subject, token_type_hint: hint }, headers)
  for (const [hint, pick] of [
    ['refresh_token', 'refreshToken'],
    ['access_token', 'refreshToken'],
    ['odd', 'accessToken'],
    ['', 'accessToken'],
  ] as const) {
    const user = await auth.newUser()
    const response = await revoke(user[pick], hint)
    t.equal(response.statusCode, 200)
    t.equal(response.body, '')
    t.equal((await revoke(user[pick], hint)).statusCode, 200, 'again')
    t.match((await refreshWith(auth, user.refreshToken)).json(), { code: 'session_ended', reason: 'signed_out' })
    t.equal((await auth.call('GET', '/auth/me', { token: user.accessToken })).json().code, 'token_revoked')
  }
  t.equal((await revoke('junk')).statusCode, 200)
  t.equal((await send('/oauth/revoke', {})).json().error, 'invalid_request')
  t.equal((await revoke('junk', '', basic('payroll', 'wrong'))).statusCode, 401)

  const own = (await token(CLIENT_CREDENTIALS, BASIC)).json().access_token
  const other = (await token(CLIENT_CREDENTIALS, BASIC)).json().access_token
  t.equal((await revoke(own, '', basic(ODD.clientId, ODD.secret))).json().error, 'unauthorized_client')
  t.equal((await revoke(own, '', BASIC)).statusCode, 200)
  const isActive = async (subject: string) => (await send('/oauth/introspect', { token: subject }, BASIC)).json().active
  t.same([await isActive(own), await isActive(other)], [false, true], 'a client’s token dies alone')

  const user = await auth.newUser()
  for (const subject of [user.refreshToken, user.accessToken]) {
    t.equal((await revoke(subject, '', BASIC)).json().error, 'unauthorized_client', 'not the client’s own')
  }
  t.equal((await refreshWith(auth, user.refreshToken)).statusCode, 200)
})
