import { createHmac } from 'node:crypto'
import { MAX_TIME } from '@latchkey/access-token'
import t from 'tap'
import { listen, PAYROLL } from '../support/listening-service.ts'
import { basic, send } from '../support/send-form.ts'
import { claimsOf } from '../support/tokens.ts'

// Every verifier holds the key that signs access tokens, so a token may say anything. Redis holds a user's snapshot and
// devices in one hash: a device with the name of the snapshot's field must not reach it.

t.setTimeout(120_000)

const auth = await listen(t)
const user = await auth.newUser()
const userClaims = claimsOf(user.accessToken)
const refreshClaims = claimsOf(user.refreshToken)
const clientClaims = claimsOf(await clientToken())

async function clientToken(): Promise<string> {
  const grant = await send(`${auth.url}/oauth/token`, { grant_type: 'client_credentials' }, basic(PAYROLL))
  return String(grant.json.access_token)
}

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')

function sign(typ: string, kid: string, secret: string, claims: object): string {
  const input = `${encode({ alg: 'HS256', typ, kid })}.${encode(claims)}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

const accessToken = (claims: object): string => sign('at+jwt', 'a1', 'access-access-access-access-access', claims)
const refreshToken = (claims: object): string => sign('rt+jwt', 'r1', 'refresh-refresh-refresh-refresh-refresh', claims)

const noIdentifier: Record<string, unknown> = {
  empty: '',
  'a space': ' ',
  'a dot in front': '.hidden',
  'a path': '../etc',
  'a colon': 'with:colon',
  'a wildcard': '*',
  'braces, as of a hash tag': '{other}',
  'a closing brace': 'a}b',
  'a quote': "a'--",
  'a line break': 'line\nbreak',
  'a NUL': 'nul\u0000',
  'another script': 'umlaut-ä',
  'half a character': '\ud800',
  '257 characters': 'x'.repeat(257),
  '1,000 characters': 'x'.repeat(1000),
  'a number': 7,
  'a boolean': true,
  null: null,
  'a list': ['device-of-this-test'],
  'an object': { $gt: '' },
}
const noDevice = {
  ...noIdentifier,
  'the field of the snapshot': 'u',
  'too short': 'seven77',
  '65 characters': 'x'.repeat(65),
  'a dot': 'device.one',
}
const noCount = {
  'a text': '1',
  'a fraction': 1.5,
  negative: -1,
  'beyond exact integers': 2 ** 53,
  null: null,
  list: [0],
}

type Case = [title: string, claims: object]
const casesOf = (claims: object, name: string, values: object): Case[] =>
  Object.entries(values).map(([title, value]) => [`${name}: ${title}`, { ...claims, [name]: value }])

const hostileUser: Case[] = [
  ...casesOf(userClaims, 'did', noDevice),
  ...['sub', 'sid', 'jti', 'client_id'].flatMap((name) => casesOf(userClaims, name, noIdentifier)),
  ...casesOf(userClaims, 'ver', noCount),
  ...casesOf(userClaims, 'roles', { 'a text': 'admin', null: null, 'an object': { 0: 'admin' } }),
  ...casesOf(userClaims, 'roles', Object.fromEntries(Object.entries(noIdentifier).map(([k, v]) => [k, [v]]))),
  ...casesOf(userClaims, 'scope', { 'a number': 7, null: null, 'a line break': 'a\nb', long: 's'.repeat(3501) }),
  ...casesOf(userClaims, 'iss', noIdentifier),
]
const hostileClient: Case[] = ['sub', 'jti', 'client_id'].flatMap((name) => casesOf(clientClaims, name, noIdentifier))
const hostileRefresh: Case[] = [
  ...casesOf(refreshClaims, 'did', noDevice),
  ...['sub', 'sid'].flatMap((name) => casesOf(refreshClaims, name, noIdentifier)),
  ...casesOf(refreshClaims, 'gen', noCount),
]

t.test('an access token with an impossible identifier is invalid wherever it is sent', async (t) => {
  const calls: [method: string, url: string][] = [
    ['GET', '/auth/me'],
    ['POST', '/auth/logout-all'],
    ['GET', '/admin/users'],
  ]
  for (const [title, claims] of [...hostileUser, ...hostileClient]) {
    const token = accessToken(claims)
    for (const [method, url] of calls) {
      const reply = await auth.call(method, url, { token })
      t.same([reply.statusCode, reply.json().code], [401, 'invalid_token'], `${method} ${url}: ${title}`)
    }
    const report = await auth.call('GET', '/auth/cookie', { cookies: `__Host-access=${token}` })
    t.same([report.statusCode, report.json().valid], [200, false], `/auth/cookie: ${title}`)
    const introspection = await send(`${auth.url}/oauth/introspect`, { token }, basic(PAYROLL))
    t.same([introspection.status, introspection.text], [200, '{"active":false}'], `/oauth/introspect: ${title}`)
    t.equal((await send(`${auth.url}/oauth/revoke`, { token })).status, 200, `/oauth/revoke: ${title}`)
  }
})

t.test('a refresh token with an impossible identifier is invalid, and revoking it changes nothing', async (t) => {
  for (const [title, claims] of hostileRefresh) {
    const token = refreshToken(claims)
    const refresh = await auth.call('POST', '/auth/refresh', { body: { refreshToken: token } })
    t.same([refresh.statusCode, refresh.json().code], [401, 'invalid_token'], `/auth/refresh: ${title}`)
    const grant = await send(`${auth.url}/oauth/token`, { grant_type: 'refresh_token', refresh_token: token })
    t.same([grant.status, grant.json.error], [400, 'invalid_grant'], `/oauth/token: ${title}`)
    t.equal((await auth.call('POST', '/auth/logout', { body: { refreshToken: token } })).statusCode, 204, title)
    t.equal((await send(`${auth.url}/oauth/revoke`, { token })).status, 200, `/oauth/revoke: ${title}`)
  }
})

t.test('a well-formed identifier of something that does not exist causes no error of the service', async (t) => {
  const far = { iat: 0, exp: MAX_TIME }
  for (const name of ['sub', 'sid', 'did']) {
    const claims = { ...userClaims, [name]: 'nothing-of-that-name' }
    const reply = await auth.call('GET', '/auth/me', { token: accessToken(claims) })
    t.same([reply.statusCode, reply.json().code], [401, 'token_revoked'], name)
  }
  for (const gen of [0, Number.MAX_SAFE_INTEGER]) {
    const token = refreshToken({ ...refreshClaims, sid: 'nothing-of-that-name', gen, ...far })
    t.equal((await auth.call('POST', '/auth/refresh', { body: { refreshToken: token } })).json().code, 'session_ended')
  }
  const longest = accessToken({ ...clientClaims, jti: 'longest', exp: Number(clientClaims.iat) + 24 * 3600 })
  t.equal((await send(`${auth.url}/oauth/revoke`, { token: longest })).status, 200)
  t.equal((await auth.call('GET', '/admin/users', { token: longest })).json().code, 'token_revoked')
  const forever = accessToken({ ...clientClaims, jti: 'forever', ...far })
  t.equal((await send(`${auth.url}/oauth/revoke`, { token: forever })).status, 200)
  t.equal((await auth.call('GET', '/admin/users', { token: forever })).json().code, 'invalid_token')
})

t.test('hostile tokens leave the issued ones valid', async (t) => {
  t.equal((await auth.call('GET', '/auth/me', { token: user.accessToken })).statusCode, 200)
  t.equal((await auth.call('POST', '/auth/refresh', { body: { refreshToken: user.refreshToken } })).statusCode, 200)
  const introspection = await send(`${auth.url}/oauth/introspect`, { token: await clientToken() }, basic(PAYROLL))
  t.equal(introspection.json.active, true)
})
