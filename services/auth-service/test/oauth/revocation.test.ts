import { eventually } from '@latchkey/test-kit'
import t from 'tap'
import { refreshWith } from '../support/auth-service.ts'
import { listen, PAYROLL, REPORTS } from '../support/listening-service.ts'
import { startResourceService } from '../support/resource-service.ts'
import { type Answer, ask, basic, send } from '../support/send-form.ts'

const auth = await listen(t)
const resource = await startResourceService(t, auth)
const endpoint = `${auth.url}/oauth/revoke`
const revoke = (
  token: string,
  headers: Record<string, string> = {},
  more: Record<string, string> = {},
): Promise<Answer> => send(endpoint, { token, ...more }, headers)
const clientToken = async (client = PAYROLL): Promise<string> =>
  String((await send(`${auth.url}/oauth/token`, { grant_type: 'client_credentials' }, basic(client))).json.access_token)
const refresh = async (refreshToken: string): Promise<string> =>
  (await refreshWith(auth, refreshToken)).json().refreshToken
t.test('a token that is revoked, unknown, expired or malformed is answered with 200 and no body', async (t) => {
  const user = await auth.newUser()
  const short = await listen(t, {
    beside: auth,
    variables: { ACCESS_TOKEN_EXPIRY: '1s', TOKEN_ISSUER: auth.config.tokens.issuer },
  })
  const expired = (await short.signIn(user.email)).accessToken
  t.ok(await eventually(async () => (await resource.verify(expired)) === 'token_expired'))
  for (const token of [
    user.refreshToken,
    user.refreshToken,
    user.accessToken,
    expired,
    'junk',
    'a.b.c',
    '\u0000',
    'x'.repeat(9000),
  ]) {
    const answer = await revoke(token)
    t.same([answer.status, answer.text], [200, ''])
    t.equal(answer.headers.get('cache-control'), 'no-store')
  }
})

t.test('a client that authenticates must succeed; the token is required; the method is POST', async (t) => {
  for (const headers of [basic({ ...PAYROLL, secret: 'wrong' }), { authorization: 'Bearer x' }]) {
    const answer = await revoke('junk', headers)
    t.same([answer.status, answer.json.error], [401, 'invalid_client'])
    t.match(answer.headers.get('www-authenticate'), /^Basic /)
  }
  t.equal((await revoke('junk', {}, { client_id: 'payroll' })).status, 401, 'a client with a secret that shows none')
  t.equal((await revoke('junk', {}, { client_id: 'latchkey' })).status, 200, 'a holder')
  for (const form of ['', 'token=', 'token_type_hint=refresh_token']) {
    t.same((await send(endpoint, form)).json.error, 'invalid_request', form)
  }
  t.equal((await send(endpoint, 'token=a&token=b')).status, 400)
  t.equal((await send(`${endpoint}?token=junk`, '')).status, 400)
  const get = await ask(`${endpoint}?token=junk`)
  t.same([get.status, get.headers.get('allow')], [405, 'POST, OPTIONS'])
})

t.test('the hint does not decide what is revoked', async (t) => {
  for (const token_type_hint of ['refresh_token', 'access_token', 'odd', '']) {
    const one = await auth.newUser()
    t.equal((await revoke(one.refreshToken, {}, { token_type_hint })).status, 200)
    t.equal(
      (await refreshWith(auth, one.refreshToken)).json().code,
      'session_ended',
      `refresh token, hint ${token_type_hint}`,
    )
    const other = await auth.newUser()
    t.equal((await revoke(other.accessToken, {}, { token_type_hint })).status, 200)
    t.ok(await resource.eventuallyRefuses(other.accessToken))
  }
})

t.test('any refresh token of a session revokes the whole session, at every verifier', async (t) => {
  for (const which of [0, 1, 2]) {
    const user = await auth.newUser()
    const second = await refresh(user.refreshToken)
    const third = await refresh(second)
    const chain = [user.refreshToken, second, third]
    const other = await auth.signIn(user.email)
    t.equal(await resource.verify(user.accessToken), 'ok')
    t.equal((await revoke(chain[which] ?? '')).status, 200)
    for (const each of chain) t.equal((await refreshWith(auth, each)).json().code, 'session_ended')
    t.ok(await resource.eventuallyRefuses(user.accessToken))
    t.equal((await auth.call('GET', '/auth/me', { token: user.accessToken })).json().code, 'token_revoked')
    t.equal(await resource.verify(other.accessToken), 'ok', 'another device of the user')
    t.equal((await refreshWith(auth, other.refreshToken)).statusCode, 200)
  }
  const user = await auth.newUser()
  t.equal((await revoke(user.accessToken)).status, 200)
  t.equal((await refreshWith(auth, user.refreshToken)).json().reason, 'signed_out', 'an access token, its session')

  const [one, two] = [await clientToken(), await clientToken()]
  t.equal((await revoke(one, basic(PAYROLL))).status, 200)
  t.ok(await resource.eventuallyRefuses(one))
  t.equal(await resource.verify(two), 'ok', 'a client’s token dies alone')
})

t.test('a client cannot revoke a token of another client', async (t) => {
  const user = await auth.newUser()
  const foreign = await clientToken(REPORTS)
  for (const token of [user.refreshToken, user.accessToken, foreign]) {
    const answer = await revoke(token, basic(PAYROLL))
    t.same([answer.status, answer.json.error], [400, 'unauthorized_client'])
  }
  t.equal((await refreshWith(auth, user.refreshToken)).statusCode, 200)
  t.equal(await resource.verify(user.accessToken), 'ok')
  t.equal(await resource.verify(foreign), 'ok')
})
