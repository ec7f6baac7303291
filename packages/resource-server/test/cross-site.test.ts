import t from 'tap'
import { tokenWith } from './hostile/forge-token.ts'
import { bearer, buildTestServer } from './test-server.ts'

const token = tokenWith({ scope: 'employees:write' })
const app = await buildTestServer({ allowedOrigins: ['https://app.test', 'http://localhost:5173'] })
const proxied = await buildTestServer({}, { trustProxy: ['127.0.0.1'] })
t.teardown(() => Promise.all([app.close(), proxied.close()]))

const own = { host: 'api.test' }
const forwardedTls = { 'x-forwarded-proto': 'https' }

const requests: { title: string; headers: Record<string, string>; pass: boolean; via?: typeof app }[] = [
  { title: 'own origin by https', headers: { ...own, origin: 'https://api.test' }, pass: true },
  { title: 'own origin by plain http', headers: { ...own, origin: 'http://api.test' }, pass: false },
  {
    title: 'own origin by plain http on this machine',
    headers: { host: '127.0.0.1:3002', origin: 'http://127.0.0.1:3002' },
    pass: true,
  },
  {
    title: 'own origin with its port',
    headers: { host: 'localhost:3002', origin: 'http://localhost:3002' },
    pass: true,
  },
  {
    title: 'own origin, Host names the default port',
    headers: { host: 'api.test:443', origin: 'https://api.test' },
    pass: true,
  },
  { title: 'own origin in IPv6', headers: { host: '[::1]:3002', origin: 'http://[::1]:3002' }, pass: true },
  { title: 'an allowed origin', headers: { ...own, origin: 'https://app.test' }, pass: true },
  { title: 'an allowed origin with a port', headers: { ...own, origin: 'http://localhost:5173' }, pass: true },
  {
    title: 'an allowed origin, cross-site as it is',
    headers: { ...own, origin: 'https://app.test', 'sec-fetch-site': 'cross-site' },
    pass: true,
  },
  { title: 'Sec-Fetch-Site same-origin', headers: { ...own, 'sec-fetch-site': 'same-origin' }, pass: true },
  { title: 'Sec-Fetch-Site none', headers: { ...own, 'sec-fetch-site': 'none' }, pass: true },
  { title: 'X-Requested-With', headers: { ...own, 'x-requested-with': 'fetch' }, pass: true },
  {
    title: 'https behind a trusted proxy',
    headers: { ...own, ...forwardedTls, origin: 'https://api.test' },
    pass: true,
    via: proxied,
  },
  {
    title: 'http where the browser came by https',
    headers: { ...own, ...forwardedTls, origin: 'http://api.test' },
    pass: false,
    via: proxied,
  },
  {
    title: 'a forged X-Forwarded-Host',
    headers: { ...own, 'x-forwarded-host': 'evil.test', origin: 'https://evil.test' },
    pass: false,
  },
  { title: 'a foreign origin', headers: { ...own, origin: 'https://evil.test' }, pass: false },
  {
    title: 'a foreign origin with X-Requested-With',
    headers: { ...own, origin: 'https://evil.test', 'x-requested-with': 'x' },
    pass: false,
  },
  {
    title: 'a foreign origin that claims same-origin',
    headers: { ...own, origin: 'https://evil.test', 'sec-fetch-site': 'same-origin' },
    pass: false,
  },
  { title: 'origin null', headers: { ...own, origin: 'null' }, pass: false },
  { title: 'an empty origin', headers: { ...own, origin: '', 'x-requested-with': 'x' }, pass: false },
  { title: 'own name on another port', headers: { ...own, origin: 'https://api.test:8443' }, pass: false },
  { title: 'a name below ours', headers: { ...own, origin: 'https://x.api.test' }, pass: false },
  { title: 'a name that ends like ours', headers: { ...own, origin: 'https://evilapi.test' }, pass: false },
  { title: 'a name that starts like ours', headers: { ...own, origin: 'https://api.test.evil.test' }, pass: false },
  { title: 'our name as user info', headers: { ...own, origin: 'https://api.test@evil.test' }, pass: false },
  { title: 'own origin with a path', headers: { ...own, origin: 'https://api.test/' }, pass: false },
  { title: 'two origins', headers: { ...own, origin: 'https://api.test, https://evil.test' }, pass: false },
  { title: 'an allowed origin by http', headers: { ...own, origin: 'http://app.test' }, pass: false },
  { title: 'an allowed origin on another port', headers: { ...own, origin: 'https://app.test:8443' }, pass: false },
  { title: 'an allowed origin with a slash', headers: { ...own, origin: 'https://app.test/' }, pass: false },
  {
    title: 'a Host that holds more than a name',
    headers: { host: 'evil.test/api.test', origin: 'https://evil.test' },
    pass: false,
  },
  { title: 'Sec-Fetch-Site cross-site', headers: { ...own, 'sec-fetch-site': 'cross-site' }, pass: false },
  { title: 'Sec-Fetch-Site same-site', headers: { ...own, 'sec-fetch-site': 'same-site' }, pass: false },
  {
    title: 'Sec-Fetch-Site cross-site with X-Requested-With',
    headers: { ...own, 'sec-fetch-site': 'cross-site', 'x-requested-with': 'x' },
    pass: false,
  },
  { title: 'Sec-Fetch-Site with an unknown value', headers: { ...own, 'sec-fetch-site': 'whatever' }, pass: false },
  { title: 'neither of them', headers: own, pass: false },
  { title: 'a Referer alone', headers: { ...own, referer: 'https://api.test/' }, pass: false },
]

for (const { title, headers, pass, via = app } of requests) {
  t.test(`a change by cookie with ${title} ${pass ? 'passes' : 'is refused'}`, async (t) => {
    const cookie = `__Host-access=${token}`
    const reply = await via.inject({ method: 'POST', url: '/employees', headers: { ...headers, cookie } })
    t.equal(reply.statusCode, pass ? 200 : 403)
    if (!pass) {
      t.equal(reply.json().code, 'csrf_rejected')
      t.equal(reply.headers['content-type'], 'application/problem+json')
    }
  })
}

t.test('reading by cookie needs no origin, a bearer token never does', async (t) => {
  const evil = { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }
  const cookie = `__Host-access=${tokenWith()}`
  t.equal((await app.inject({ url: '/employees', headers: { ...evil, cookie } })).statusCode, 200)
  const post = { method: 'POST', url: '/employees' } as const
  t.equal((await app.inject({ ...post, headers: { ...evil, ...bearer(token) } })).statusCode, 200)
  t.equal((await app.inject({ ...post, headers: { ...evil, cookie, ...bearer(token) } })).statusCode, 200)
})

t.test('without a cookie the answer is that a token is missing, whatever the origin', async (t) => {
  const reply = await app.inject({ method: 'POST', url: '/employees', headers: { origin: 'https://evil.test' } })
  t.equal(reply.json().code, 'unauthenticated')
})

t.test('an allowed origin that could never match is refused at start-up', async (t) => {
  for (const origin of [
    'https://app.test/',
    'app.test',
    '*',
    'null',
    'https://APP.test',
    'https://app.test:443',
    'file://',
    'http://app.test',
    'capacitor://localhost',
    'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
    'http://localhost.evil.test',
  ]) {
    await t.rejects(buildTestServer({ allowedOrigins: [origin] }), { name: 'TypeError' }, origin)
  }
})
