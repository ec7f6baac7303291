import { gzipSync } from 'node:zlib'
import { createHttpsClient, freePort, type Nginx, startNginx, unexposedHeaders } from '@latchkey/test-kit'
import t from 'tap'
import { trailOf } from '../support/audit.ts'
import { administratorOf, PASSWORD } from '../support/auth-service.ts'
import { createCookieJar } from '../support/cookie-jar.ts'
import { listen, PAYROLL } from '../support/listening-service.ts'
import { basic } from '../support/send-form.ts'
import { loadDictionaries } from '../support/shared-strength.ts'

const APP = 'https://app.example.com'
const [stripped, kept, auditing] = [await freePort(), await freePort(), await freePort()]
/** A proxy that takes the path away, and one that leaves it. */
const [viaStripped, viaKept] = [`https://localhost:${stripped}/id`, `https://localhost:${kept}/id`] as const
await loadDictionaries()
const auth = await listen(t, {
  variables: {
    PUBLIC_URL: viaStripped,
    TOKEN_ISSUER: viaStripped,
    TRUST_PROXY: '127.0.0.1',
    ALLOWED_ORIGINS: APP,
  },
})
const { asAdmin, trail } = { asAdmin: await administratorOf(auth), trail: await trailOf(auth) }

const forwarding = (host: string, sender: string) => `
  proxy_set_header Host ${host};
  proxy_set_header X-Forwarded-For ${sender};
  proxy_set_header X-Forwarded-Proto $scheme;
  proxy_set_header X-Forwarded-Host ${host};
  gzip on; gzip_proxied any; gzip_min_length 0; gzip_types application/json application/problem+json;`
const wellKnown = `location /.well-known/ { proxy_pass ${auth.url}; }`
const nginx = await startNginx(t, [
  {
    port: stripped,
    directives: `${forwarding('$http_host', '$proxy_add_x_forwarded_for')}
      location /id/ { proxy_pass ${auth.url}/; } ${wellKnown}`,
  },
  {
    port: kept,
    directives: `${forwarding('$http_host', '$proxy_add_x_forwarded_for')}
      location /id/ { proxy_pass ${auth.url}; } ${wellKnown}`,
  },
  // One that writes whatever a test wants into its headers, under a name that the service does not know.
  {
    port: auditing,
    directives: `${forwarding('internal.example', '$http_x_wanted')} location / { proxy_pass ${auth.url}; }`,
  },
])

if ('missing' in nginx) t.plan(0, nginx.missing)
else testBehind(nginx)

function testBehind({ certificate }: Nginx): void {
  const client = createHttpsClient(certificate)
  const refused = (status: number) => ({ status })

  for (const [kind, url] of [
    ['takes the path away', viaStripped],
    ['leaves the path', viaKept],
  ] as const) {
    for (const delivery of ['hybrid', 'cookie'] as const) {
      t.test(`a browser behind a proxy that ${kind} signs in, refreshes and signs out: ${delivery}`, async (t) => {
        const { email } = await auth.newAccount()
        const jar = createCookieJar(client)
        const login = await jar.call(`${url}/auth/login`, {
          method: 'POST',
          body: { email, password: PASSWORD, delivery },
        })
        t.equal(login.status, 200)
        t.equal(jar.find('__Secure-refresh')?.path, '/id/auth')
        t.equal(jar.find('__Host-device')?.path, '/')
        t.equal(jar.find('__Host-access')?.path, delivery === 'cookie' ? '/' : undefined)

        const refresh = await jar.call(`${url}/auth/refresh`, { method: 'POST' })
        t.equal(refresh.status, 200)
        const { accessToken } = refresh.json() as { accessToken?: string }
        const headers = { ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }) }
        t.equal((await jar.call(`${url}/auth/me`, { headers })).status, 200)
        const token = jar.find('__Secure-refresh')?.value

        t.equal((await jar.call(`${url}/auth/logout`, { method: 'POST' })).status, 204)
        t.notOk(jar.find('__Secure-refresh'))
        t.notOk(jar.find('__Host-access'))
        t.match(await jar.call(`${url}/auth/me`, { headers }), refused(401), 'its access token has ended')
        const dead = { refreshToken: token }
        t.match(await client.call(`${url}/auth/refresh`, { method: 'POST', body: dead }), refused(401))
      })
    }

    t.test(`discovery leads to endpoints that work behind a proxy that ${kind}`, async (t) => {
      const { origin } = new URL(url)
      for (const found of [
        `${url}/.well-known/oauth-authorization-server`,
        `${origin}/.well-known/oauth-authorization-server/id`,
      ]) {
        const { status, json } = await client.call(found)
        t.equal(status, 200, found)
        const metadata = json() as Record<string, string>
        t.equal(metadata.issuer, viaStripped)
        const { pathname } = new URL(metadata.token_endpoint ?? '')
        const form = { 'content-type': 'application/x-www-form-urlencoded', ...basic(PAYROLL) }
        const token = await client.call(origin + pathname, {
          method: 'POST',
          headers: form,
          body: 'grant_type=client_credentials',
        })
        t.equal(token.status, 200)
      }
    })

    t.test(`the pages of links, with their parts, work behind a proxy that ${kind}`, async (t) => {
      const { id } = await auth.newAccount()
      const { link } = (await asAdmin('POST', `/admin/users/${id}/password-reset`)).json()
      t.ok(String(link).startsWith(`${viaStripped}/console/reset#token=`))
      const page = new URL(link.replace(viaStripped, url))
      const { text } = await client.call(page)
      const parts = [...text.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, part = '']) => new URL(part, page))
      t.ok(parts.length >= 2)
      for (const part of parts) t.equal((await client.call(part)).status, 200, part.pathname)
      const [, action = ''] = /data-action="([^"]+)"/.exec(text) ?? []
      const body = { token: page.hash.replace('#token=', ''), password: 'another-violet-harbour-9' }
      const headers = { origin: page.origin }
      t.equal((await client.call(new URL(action, page), { method: 'POST', headers, body })).status, 204)
    })

    t.test(`the documentation and its parts are found behind a proxy that ${kind}`, async (t) => {
      const { text } = await client.call(`${url}/docs`)
      const parts = [...text.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, part = '']) => new URL(part, `${url}/docs`))
      t.ok(parts.length >= 3)
      for (const part of parts) t.equal((await client.call(part)).status, 200, part.pathname)
      t.same(((await client.call(`${url}/openapi.json`)).json() as { servers: unknown }).servers, [{ url: '/id' }])
      const moved = await client.call(`${url}/docs/static/index.html`)
      t.equal((await client.call(new URL(moved.headers.location ?? '', url))).status, 200)
    })
  }

  const NINE = '203.0.113.9'
  const written: [header: string, sender: string][] = [
    [`${NINE}:51234`, NINE],
    ['[2001:db8::1]:443', '2001:db8::1'],
    [`::ffff:${NINE}`, NINE],
    [`198.51.100.1, ${NINE}:4444`, NINE],
    [`${NINE}, 127.0.0.1:80`, NINE],
    ['unknown', '127.0.0.1'],
    ['_hidden', '127.0.0.1'],
    ['999.1.1.1', '127.0.0.1'],
    ['forged; "ip" <b>text</b> of my choice', '127.0.0.1'],
    ['x'.repeat(3000), '127.0.0.1'],
    [Array(500).fill('127.0.0.1').join(), '127.0.0.1'],
    ['', '127.0.0.1'],
  ]
  for (const [header, sender] of written) {
    t.test(`a proxy that forwards ${header.slice(0, 50) || 'nothing'} speaks for ${sender}, everywhere`, async (t) => {
      const { id, email } = await auth.newAccount()
      const post = (path: string, body: object) =>
        client.call(`https://localhost:${auditing}${path}`, { method: 'POST', headers: { 'x-wanted': header }, body })
      t.equal((await post('/auth/login', { email, password: 'wrong', delivery: 'body' })).status, 401)
      const login = await post('/auth/login', { email, password: PASSWORD, delivery: 'body' })
      t.equal(login.status, 200)
      const { accessToken } = login.json() as { accessToken: string }
      const mine = await auth.call('GET', '/auth/sessions', { token: accessToken })
      t.equal(mine.json().items[0].ip, sender, 'in the list of devices')
      const events = await trail({ userId: id })
      t.same(new Set(events.map(({ ip }) => ip)), new Set([sender]), 'in the audit trail')
      const requestId = String(login.headers['x-request-id'])
      const line = auth.logs.lines().find((each) => each.requestId === requestId && each.status === 200)
      t.equal(line?.remoteAddress, sender, 'in the log')
    })
  }

  t.test('behind a proxy that changes Host, the pages of PUBLIC_URL are own pages, and no others', async (t) => {
    const { email } = await auth.newAccount()
    const login = (origin: string) =>
      client.call(`https://localhost:${auditing}/auth/login`, {
        method: 'POST',
        headers: { origin },
        body: { email, password: PASSWORD },
      })
    t.equal((await login(new URL(viaStripped).origin)).status, 200)
    t.match(await login(`https://localhost:${auditing}`), refused(403))
    t.match(await login(`http://localhost:${stripped}`), refused(403))
  })

  t.test('a compressed body is 415 through the proxy, in JSON and as a form', async (t) => {
    for (const [path, type] of [
      ['/auth/login', 'application/json'],
      ['/oauth/token', 'application/x-www-form-urlencoded'],
    ] as const) {
      const headers = { 'content-type': type, 'content-encoding': 'gzip' }
      const answer = await client.call(viaStripped + path, { method: 'POST', headers, body: gzipSync('{}') })
      t.same([answer.status, answer.headers['accept-encoding']], [415, 'identity'])
    }
  })

  t.test('a page of an allowed origin may read every header of these answers', async (t) => {
    const method = await client.call(`${viaStripped}/auth/login`, { headers: { origin: APP } })
    t.same([method.status, method.headers.allow], [405, 'POST, OPTIONS'])
    for (const name of ['allow', 'accept-encoding', 'www-authenticate', 'x-request-id'])
      t.ok(client.headerNames.has(name), name)
    t.same(unexposedHeaders(client, method.headers['access-control-expose-headers']), [])
  })
}
