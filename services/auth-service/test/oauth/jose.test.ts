import { decodeProtectedHeader, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import t from 'tap'
import { listen, PAYROLL } from '../support/listening-service.ts'
import { startResourceService } from '../support/resource-service.ts'
import { basic, send } from '../support/send-form.ts'
import { claimsOf } from '../support/tokens.ts'

const SECRET = 'access-access-access-access-access'
const key = new TextEncoder().encode(SECRET)
const auth = await listen(t, { variables: { ACCESS_TOKEN_SECRET: `a1:${SECRET}` } })
const resource = await startResourceService(t, auth, { keys: `a1:${SECRET}` })
const { issuer, audience } = auth.config.tokens
const expected = { issuer, audience, typ: 'at+jwt', algorithms: ['HS256'] }

const clientToken = async (): Promise<string> =>
  String(
    (await send(`${auth.url}/oauth/token`, { grant_type: 'client_credentials' }, basic(PAYROLL))).json.access_token,
  )

t.test('jose accepts our tokens: header, claims and their types', async (t) => {
  const user = await auth.newUser()
  for (const token of [user.accessToken, await clientToken()]) {
    const { payload, protectedHeader } = await jwtVerify(token, key, {
      ...expected,
      requiredClaims: ['iss', 'aud', 'sub', 'iat', 'exp', 'jti', 'client_id', 'scope'],
    })
    t.same(protectedHeader, { alg: 'HS256', typ: 'at+jwt', kid: 'a1' })
    t.same(Object.keys(decodeProtectedHeader(token)).sort(), ['alg', 'kid', 'typ'])
    for (const name of ['iss', 'sub', 'jti', 'client_id', 'scope']) t.type(payload[name], 'string', name)
    for (const name of ['iat', 'exp']) t.ok(Number.isInteger(payload[name]), name)
    t.match(payload.jti, /^[\w-]{22}$/, '128 random bits')
    t.equal(Number(payload.exp) - Number(payload.iat), 900)
  }
  await t.rejects(jwtVerify(user.refreshToken, key, expected), { code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' })
  await t.rejects(jwtVerify(user.accessToken, key, { ...expected, audience: 'elsewhere' }), {
    code: 'ERR_JWT_CLAIM_VALIDATION_FAILED',
  })
})

t.test('a hundred tokens have one lifetime and a hundred ids', async (t) => {
  const ids = new Set<unknown>()
  for (let n = 0; n < 100; n++) {
    const answer = await send(`${auth.url}/oauth/token`, { grant_type: 'client_credentials' }, basic(PAYROLL))
    const { exp, iat, jti } = claimsOf(answer.json.access_token)
    t.equal(Number(exp) - Number(iat), answer.json.expires_in)
    ids.add(jti)
  }
  t.equal(ids.size, 100)
})

t.test('auth-service accepts what jose signs, and no deviation from it', async (t) => {
  const { accessToken } = await auth.newUser()
  const good = claimsOf(accessToken)
  const without = (...names: string[]): JWTPayload =>
    Object.fromEntries(Object.entries(good).filter(([name]) => !names.includes(name)))
  const sign = (
    claims: JWTPayload = good,
    header: Record<string, unknown> & { alg?: string } = {},
    signingKey: Uint8Array = key,
  ): Promise<string> =>
    new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: 'a1', ...header }).sign(signingKey)

  const seconds = Math.floor(Date.now() / 1000)
  for (const [title, token] of Object.entries({
    'the same claims': await sign(),
    'a list of audiences with ours': await sign({ ...good, aud: ['elsewhere', audience] }),
    'an unknown claim': await sign({ ...good, note: { a: [1] } }),
    'typ in full': await sign(good, { typ: 'application/at+jwt' }),
    'a client': await sign({
      ...without('sid', 'did', 'ver', 'roles', 'pol', 'username', 'email'),
      sub: 'web',
      client_id: 'web',
    }),
  })) {
    t.equal(await resource.verify(token), 'ok', title)
  }
  const invalid: Record<string, string> = {
    HS384: await sign(good, { alg: 'HS384' }),
    HS512: await sign(good, { alg: 'HS512' }),
    'another key': await sign(good, {}, new TextEncoder().encode('another-another-another-another-x')),
    'no typ': await new SignJWT(good).setProtectedHeader({ alg: 'HS256', kid: 'a1' }).sign(key),
    'typ JWT': await sign(good, { typ: 'JWT' }),
    'typ of a refresh token': await sign(good, { typ: 'rt+jwt' }),
    'no kid': await new SignJWT(good).setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' }).sign(key),
    'an unknown kid': await sign(good, { kid: 'a2' }),
    'a jku': await sign(good, { jku: 'https://evil.test' }),
    'another issuer': await sign({ ...good, iss: `${issuer}/` }),
    'another audience': await sign({ ...good, aud: 'elsewhere' }),
    'an nbf ahead': await sign({ ...good, nbf: seconds + 60 }),
    'an iat ahead': await sign({ ...good, iat: seconds + 60, exp: seconds + 120 }),
  }
  for (const name of ['iss', 'aud', 'exp', 'iat', 'sub', 'jti', 'client_id', 'did', 'ver', 'roles']) {
    invalid[`no ${name}`] = await sign(without(name))
  }
  for (const [title, token] of Object.entries(invalid)) t.equal(await resource.verify(token), 'invalid_token', title)
  const past = await sign({ ...good, iat: seconds - 100, exp: seconds - 10 })
  t.equal(await resource.verify(past), 'token_expired')
  const critical = await new SignJWT(good)
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: 'a1', crit: ['b64'], b64: true })
    .sign(key, { crit: { b64: true } })
  t.equal(await resource.verify(critical), 'invalid_token')
})

t.test('a token is valid for one audience and one purpose', async (t) => {
  const user = await auth.newUser()
  const elsewhere = await listen(t, {
    beside: auth,
    variables: { ACCESS_TOKEN_SECRET: `a1:${SECRET}`, TOKEN_ISSUER: issuer, TOKEN_AUDIENCE: 'elsewhere' },
  })
  const foreign = await elsewhere.signIn(user.email)
  t.equal(await resource.verify(foreign.accessToken), 'invalid_token')
  t.equal(await resource.verify(user.refreshToken), 'invalid_token')
  t.equal((await auth.call('GET', '/auth/me', { token: user.refreshToken })).json().code, 'invalid_token')
  for (const token of [user.accessToken, await clientToken()]) {
    const refreshed = await send(`${auth.url}/oauth/token`, { grant_type: 'refresh_token', refresh_token: token })
    t.same([refreshed.status, refreshed.json.error], [400, 'invalid_grant'])
    t.equal((await auth.call('POST', '/auth/refresh', { body: { refreshToken: token } })).json().code, 'invalid_token')
  }
})

t.test(
  'a holder of the shared key can make a token but no session, and auth-service goes by the session',
  async (t) => {
    const { accessToken } = await auth.newUser()
    const good = claimsOf(accessToken)
    const forge = (claims: object): Promise<string> =>
      new SignJWT({ ...good, ...claims }).setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: 'a1' }).sign(key)
    const raised = await forge({ roles: ['admin'], scope: 'users:read users:write clients:manage' })
    t.equal((await auth.call('GET', '/admin/users', { token: raised })).json().code, 'insufficient_scope')
    for (const claims of [{ sid: 'another' }, { did: 'another-device' }, { ver: 99 }, { sub: 'another' }]) {
      const token = await forge(claims)
      t.equal((await auth.call('GET', '/auth/me', { token })).json().code, 'token_revoked')
      t.equal((await send(`${auth.url}/oauth/introspect`, { token }, basic(PAYROLL))).text, '{"active":false}')
    }
  },
)
