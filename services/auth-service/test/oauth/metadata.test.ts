import { createRemoteJWKSet, exportJWK, generateKeyPair, jwtVerify } from 'jose'
import t from 'tap'
import { startAuthService } from '../support/auth-service.ts'
import { listen, ODD, PAYROLL } from '../support/listening-service.ts'
import { ask, basic, inForm, send } from '../support/send-form.ts'
import { claimsOf } from '../support/tokens.ts'

const WELL_KNOWN = '/.well-known/oauth-authorization-server'
const auth = await listen(t)
const metadata = (await ask(auth.url + WELL_KNOWN)).json

t.test(
  'the metadata is where RFC 8414 puts it, and its issuer is that of tokens, whatever host is asked',
  async (t) => {
    const answer = await ask(auth.url + WELL_KNOWN, {
      headers: { 'x-forwarded-host': 'evil.test', 'x-forwarded-proto': 'https', forwarded: 'host=evil.test' },
    })
    t.equal(answer.status, 200)
    t.match(answer.headers.get('content-type'), /^application\/json/)
    t.same(answer.json, metadata)
    const hosted = await auth.call('GET', WELL_KNOWN, { headers: { host: 'evil.test' } })
    t.same(hosted.json(), metadata)
    const user = await auth.newUser()
    t.equal(claimsOf(user.accessToken).iss, metadata.issuer)
    t.equal((await ask(auth.url + WELL_KNOWN, { method: 'POST' })).status, 405)
  },
)

for (const path of ['/tenant', '/tenant/', '/a/b.c']) {
  t.test(`an issuer with a path has its metadata below the well-known path: ${path}`, async (t) => {
    const tenant = await listen(t, { path, beside: auth })
    const plain = path.replace(/\/$/, '')
    const answer = await ask(`${tenant.url}${WELL_KNOWN}${plain}`)
    t.equal(answer.json.issuer, `${tenant.url}${path}`)
    t.equal(answer.json.token_endpoint, `${tenant.url}${plain}/oauth/token`)
    // A client that asked for another issuer refuses it (RFC 8414, section 3.3).
    for (const url of [tenant.url + WELL_KNOWN, tenant.url + plain + WELL_KNOWN]) {
      t.same((await ask(url)).json, answer.json, url)
    }
    t.equal((await ask(`${tenant.url}${WELL_KNOWN}/other`)).status, 404)
    for (const name of ['token_endpoint', 'revocation_endpoint', 'introspection_endpoint']) {
      const endpoint = String(answer.json[name])
      const reached = await send(endpoint, { grant_type: 'client_credentials', token: 'x' }, basic(PAYROLL))
      t.equal(reached.status, 200, `${name}, path and all`)
      const stripped = await send(
        endpoint.replace(plain, ''),
        { grant_type: 'client_credentials', token: 'x' },
        basic(PAYROLL),
      )
      t.equal(stripped.status, 200, `${name} behind a proxy that takes the path away`)
    }
  })
}

t.test('what the metadata advertises works', async (t) => {
  t.same(metadata.response_types_supported, [])
  t.same(metadata.grant_types_supported, ['client_credentials', 'refresh_token'])
  const endpoints = Object.entries(metadata).filter(([name]) => name.endsWith('_endpoint'))
  t.equal(endpoints.length, 3)
  for (const [name, url] of endpoints) {
    t.ok(String(url).startsWith(`${metadata.issuer}/`), name)
    t.not((await send(String(url), '')).status, 404, name)
  }
  const credentials: Record<string, (fields: Record<string, string>) => Parameters<typeof send>[1]> = {
    client_secret_basic: (fields) => fields,
    client_secret_post: (fields) => ({ ...fields, ...inForm(ODD) }),
    none: (fields) => ({ ...fields, client_id: 'latchkey' }),
  }
  for (const [name, fields] of [
    ['token', { grant_type: 'client_credentials' }],
    ['revocation', { token: 'x' }],
    ['introspection', { token: 'x' }],
  ] as const) {
    const methods = metadata[`${name}_endpoint_auth_methods_supported`]
    if (!Array.isArray(methods)) throw new Error(`${name} says no methods`)
    for (const method of methods) {
      const user = await auth.newUser()
      const isRefresh = name === 'token' && method === 'none'
      const form = isRefresh ? { grant_type: 'refresh_token', refresh_token: user.refreshToken } : fields
      const withCredentials = credentials[method]?.({ ...form })
      t.ok(withCredentials, method)
      const headers = method === 'client_secret_basic' ? basic(ODD) : {}
      const answer = await send(String(metadata[`${name}_endpoint`]), withCredentials ?? '', headers)
      t.equal(answer.status, 200, `${name} by ${method}`)
    }
  }
})

t.test('what the metadata does not advertise fails', async (t) => {
  for (const grant_type of [
    'authorization_code',
    'password',
    'implicit',
    'urn:ietf:params:oauth:grant-type:device_code',
  ]) {
    const answer = await send(String(metadata.token_endpoint), { grant_type, code: 'x' }, basic(PAYROLL))
    t.same([answer.status, answer.json.error], [400, 'unsupported_grant_type'], grant_type)
  }
  const assertion = {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: 'a.b.c',
    client_id: 'payroll',
  }
  for (const name of ['token', 'revocation', 'introspection']) {
    const url = String(metadata[`${name}_endpoint`])
    const answer = await send(url, { grant_type: 'client_credentials', token: 'x', ...assertion })
    t.same([answer.status, answer.json.error], [401, 'invalid_client'], `${name} by private_key_jwt`)
  }
  t.equal((await send(String(metadata.introspection_endpoint), { token: 'x', client_id: 'latchkey' })).status, 401)
  for (const path of ['/oauth/authorize', '/oauth/register', '/oauth/device', '/oauth/par', '/oauth/userinfo']) {
    t.equal((await ask(auth.url + path)).status, 404, path)
  }
  t.same(
    Object.keys(metadata).filter((name) =>
      /authorization_endpoint|registration|device|userinfo|code_challenge/.test(name),
    ),
    [],
  )
})

t.test('with a shared key there is no key set that could publish it', async (t) => {
  t.notOk('jwks_uri' in metadata)
  t.notMatch(JSON.stringify(metadata), 'access-access')
})

t.test("with private keys the set is under the issuer's path and has public keys only", async (t) => {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = { ...(await exportJWK(privateKey)), kid: 'k1', alg: 'ES256' }
  const tenant = await listen(t, {
    path: '/tenant',
    beside: auth,
    variables: { ACCESS_TOKEN_ALGORITHM: 'ES256', ACCESS_TOKEN_PRIVATE_KEYS: JSON.stringify({ keys: [jwk] }) },
  })
  const document = (await ask(`${tenant.url}${WELL_KNOWN}/tenant`)).json
  t.equal(document.jwks_uri, `${tenant.url}/tenant/.well-known/jwks.json`)
  for (const url of [String(document.jwks_uri), `${tenant.url}/.well-known/jwks.json`]) {
    const response = await fetch(url)
    t.equal(response.status, 200, url)
    const { keys } = (await response.json()) as { keys: Record<string, unknown>[] }
    t.same(
      keys.map((key) => Object.keys(key).sort()),
      [['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']],
    )
    t.match(keys, [{ kty: 'EC', kid: 'k1', alg: 'ES256', use: 'sig' }])
  }
  const { accessToken } = await tenant.newUser()
  const { payload } = await jwtVerify(accessToken, createRemoteJWKSet(new URL(String(document.jwks_uri))), {
    issuer: tenant.config.tokens.issuer,
    audience: tenant.config.tokens.audience,
    typ: 'at+jwt',
  })
  t.ok(payload.sid)
})

t.test('a setting that is not an issuer is refused at the start, by name', async (t) => {
  for (const issuer of [
    'https://a.test/?x',
    'https://a.test#x',
    'https://u:p@a.test',
    'ftp://a.test',
    'nowhere',
    'https://a.test/*',
    'https://a.test/a//b',
  ]) {
    await t.rejects(listen(t, { beside: auth, variables: { TOKEN_ISSUER: issuer } }), /TOKEN_ISSUER must/)
  }
})

t.test('the metadata names what exists, under the issuer, whatever host is asked', async (t) => {
  const response = await auth.call('GET', '/.well-known/oauth-authorization-server', {
    headers: { host: 'evil.test', 'x-forwarded-host': 'evil.test' },
  })
  t.equal(response.statusCode, 200)
  const metadata = response.json()
  t.equal(metadata.issuer, auth.config.tokens.issuer)
  t.same(metadata.response_types_supported, [])
  t.same(metadata.grant_types_supported, ['client_credentials', 'refresh_token'])
  for (const [name, url] of Object.entries<string>(metadata).filter(([name]) => name.endsWith('_endpoint'))) {
    t.ok(url.startsWith(`${auth.config.tokens.issuer}/`), name)
    t.not((await send(`${auth.url}${new URL(url).pathname}`, {})).status, 404, name)
  }
  const withPath = await startAuthService(t, {
    beside: auth,
    variables: { TOKEN_ISSUER: 'https://id.example.test/tenant' },
  })
  const path = await withPath.call('GET', '/.well-known/oauth-authorization-server/tenant')
  t.equal(path.json().token_endpoint, 'https://id.example.test/tenant/oauth/token')
})
