import t from 'tap'
import { assertProblem, openApp } from './fixtures/open-app.ts'

const ORIGIN = 'https://app.example.com'
const FOREIGN = [
  'https://evil.example',
  'https://app.example.com.evil.example',
  'http://app.example.com',
  'null',
  'https://APP.example.com',
]

const routes: Parameters<typeof openApp>[1] = (app) => {
  app.get('/ok', async () => ({ fine: true }))
}
const LOCAL = 'http://localhost:5173'
const WITHOUT_COOKIES = [
  'capacitor://localhost',
  'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
  'http://lan.example',
]
const allowedOrigins = [ORIGIN, LOCAL, ...WITHOUT_COOKIES]
const { app } = await openApp(t, routes, { allowedOrigins })
const { app: closed } = await openApp(t, routes)

const corsHeaders = (headers: Record<string, unknown>): string[] =>
  Object.keys(headers).filter((name) => name.startsWith('access-control-'))

t.test('an allowed origin may read answers with credentials, problems too', async (t) => {
  for (const url of ['/ok', '/nowhere']) {
    const { headers } = await app.inject({ url, headers: { origin: ORIGIN } })
    t.equal(headers['access-control-allow-origin'], ORIGIN)
    t.equal(headers['access-control-allow-credentials'], 'true')
    t.match(headers['access-control-expose-headers'], 'X-Request-Id')
    t.equal(headers.vary, 'Origin')
  }
  const local = await app.inject({ url: '/ok', headers: { origin: LOCAL } })
  t.equal(local.headers['access-control-allow-credentials'], 'true', 'localhost in development')
})

for (const origin of WITHOUT_COOKIES) {
  t.test(`${origin} may read answers, without credentials`, async (t) => {
    for (const method of ['GET', 'OPTIONS'] as const) {
      const asked = {
        origin,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization',
      }
      const { headers } = await app.inject({ method, url: '/ok', headers: asked })
      t.equal(headers['access-control-allow-origin'], origin)
      t.notOk('access-control-allow-credentials' in headers)
      t.match(headers.vary, 'Origin')
    }
  })
}

const TRACING =
  'authorization, content-type, if-match, idempotency-key, traceparent, tracestate, baggage, sentry-trace, x-datadog-trace-id, b3, x-b3-traceid'

t.test('a preflight of an allowed origin is answered with what may be sent', async (t) => {
  const { statusCode, headers } = await app.inject({
    method: 'OPTIONS',
    url: '/ok',
    headers: {
      origin: ORIGIN,
      'access-control-request-method': 'PATCH',
      'access-control-request-headers': TRACING,
    },
  })
  t.equal(statusCode, 204)
  t.equal(headers['access-control-allow-origin'], ORIGIN)
  t.match(headers['access-control-allow-methods'], 'PATCH')
  t.equal(headers['access-control-allow-headers'], TRACING)
  t.equal(headers.vary, 'Origin, Access-Control-Request-Headers')
  t.equal(headers['x-content-type-options'], 'nosniff')
})

for (const origin of FOREIGN) {
  t.test(`${origin} gets no CORS header`, async (t) => {
    for (const method of ['GET', 'OPTIONS'] as const) {
      const { headers } = await app.inject({
        method,
        url: '/ok',
        headers: { origin, 'access-control-request-method': 'GET' },
      })
      t.same(corsHeaders(headers), [])
      t.equal(headers.vary, 'Origin', 'or a cache would keep this answer for everybody')
    }
  })
}

t.test('without allowed origins no answer has a CORS header', async (t) => {
  for (const method of ['GET', 'OPTIONS'] as const) {
    const { headers } = await closed.inject({ method, url: '/ok', headers: { origin: ORIGIN } })
    t.same(corsHeaders(headers), [])
  }
})

t.test('with CORS on, unknown methods and addresses are still 405 and 404', async (t) => {
  assertProblem(t, await app.inject({ method: 'DELETE', url: '/ok' }), 405, 'method_not_allowed')
  assertProblem(t, await app.inject({ method: 'OPTIONS', url: '/nowhere' }), 404, 'not_found')
  t.equal((await app.inject({ method: 'OPTIONS', url: '/ok' })).headers.allow, 'GET, HEAD, OPTIONS')
})
