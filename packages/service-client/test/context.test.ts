import t from 'tap'
import type { CallContext } from '../src/index.ts'
import { startServer } from './support/http-server.ts'
import { testClient } from './support/test-client.ts'
import { startTokenServer } from './support/token-server.ts'

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
const tracestate = 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE'
const tokens = await startTokenServer(t)
const service = await startServer(t, (reply) => reply.end())
const client = testClient(t, { service, tokens })

async function passedOn(context: CallContext, headers: Record<string, string> = {}) {
  service.requests.length = 0
  await client.fetch('/', { context, headers })
  const { traceparent, tracestate, 'x-request-id': id, cookie, 'x-other': other } = service.requests[0]?.headers ?? {}
  const { authorization } = service.requests[0]?.headers ?? {}
  t.equal(authorization, 'Bearer token-1')
  return Object.fromEntries(
    Object.entries({ traceparent, tracestate, id, cookie, other }).filter(([, value]) => value !== undefined),
  )
}

t.test('the id and trace of the incoming request are sent along, and nothing else of it', async (t) => {
  const headers = {
    traceparent,
    tracestate,
    host: 'a.test',
    'content-length': '100',
    authorization: 'Bearer canary',
    cookie: '__Host-access=canary',
    'x-other': 'canary',
  }
  t.same(await passedOn({ id: 'req-1', headers }), { traceparent, tracestate, id: 'req-1' })
  t.notMatch(JSON.stringify(service.requests), 'canary')
})

t.test('the id that the service gave the request takes precedence over the header', async (t) => {
  t.same(await passedOn({ id: 'req-1', headers: { 'x-request-id': 'req-2' } }), { id: 'req-1' })
  t.same(await passedOn({ headers: { 'x-request-id': 'req-2' } }), { id: 'req-2' })
})

t.test('a header given with the call takes precedence over the context', async (t) => {
  t.same(await passedOn({ id: 'req-1' }, { 'X-Request-Id': 'mine' }), { id: 'mine' })
})

t.test('tracestate in several headers is joined', async (t) => {
  const headers = { traceparent, tracestate: ['a=1', 'b=2'] }
  t.same(await passedOn({ headers }), { traceparent, tracestate: 'a=1,b=2' })
})

t.test('a later version of traceparent is sent along unchanged', async (t) => {
  const later = `01${traceparent.slice(2)}-what-comes-next`
  t.same(await passedOn({ headers: { traceparent: later } }), { traceparent: later })
})

for (const [title, headers] of [
  ['no traceparent', { tracestate }],
  ['upper case', { traceparent: traceparent.toUpperCase(), tracestate }],
  ['zeros for a trace', { traceparent: traceparent.replace(/0af7\w+/, '0'.repeat(32)), tracestate }],
  ['zeros for a span', { traceparent: traceparent.replace(/b7ad\w+/, '0'.repeat(16)), tracestate }],
  ['version ff', { traceparent: traceparent.replace('00', 'ff'), tracestate }],
  ['two traceparents', { traceparent: [traceparent, traceparent], tracestate }],
  ['a line break', { traceparent: `${traceparent}\r\nx-other: 1`, tracestate }],
] as const) {
  t.test(`${title}: no trace is sent along`, async (t) => {
    t.same(await passedOn({ headers }), {})
  })
}

for (const id of ['', 'a b', 'a\r\nx-other: 1', 'ü', 'a'.repeat(129)]) {
  t.test(`a malformed id is left out: ${JSON.stringify(id.slice(0, 20))}`, async (t) => {
    t.same(await passedOn({ id, headers: {} }), {})
  })
}

t.test('a malformed tracestate is left out', async (t) => {
  for (const state of ['a=1\r\nx-other: 1', '', 'a'.repeat(3000)]) {
    t.same(await passedOn({ headers: { traceparent, tracestate: state } }), { traceparent })
  }
})

t.test('the token request carries nothing of the context: its token serves many calls', async (t) => {
  t.equal(tokens.requests.length, 1)
  t.equal(tokens.requests[0]?.headers.traceparent, undefined)
  t.equal(tokens.requests[0]?.headers['x-request-id'], undefined)
})
