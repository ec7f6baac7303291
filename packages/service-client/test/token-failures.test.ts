import { eventually } from '@latchkey/test-kit'
import t from 'tap'
import { type Answer, deadUrl, sendJson, startServer } from './support/http-server.ts'
import { failureOf, testClient } from './support/test-client.ts'
import { issue, startTokenServer, tokenAnswer } from './support/token-server.ts'

const service = await startServer(t, (reply, { headers }) => reply.end(headers.authorization))
t.beforeEach(() => {
  service.requests.length = 0
})

for (const [status, error] of [
  [401, 'invalid_client'],
  [400, 'invalid_client'],
  [400, 'invalid_scope'],
  [400, 'unauthorized_client'],
  [403, undefined],
] as const) {
  t.test(`${status} ${error ?? ''} is a refusal: token_refused, and no retry within the same call`, async (t) => {
    const tokens = await startTokenServer(t, { answer: (reply) => sendJson(reply, status, { error }) })
    const failure = await failureOf(testClient(t, { service, tokens }).fetch('/'))
    t.equal(failure.name, 'ServiceCallError')
    t.equal(failure.code, 'token_refused')
    t.equal(failure.status, status)
    t.match(failure.message, `/oauth/token refused this client: ${status}`)
    if (error !== undefined) t.match(failure.message, error)
    t.equal(tokens.requests.length, 1)
    t.same(service.requests, [])
  })
}

t.test('a refused client asks again after 1, 2, 4 … 30 s, less a random part of up to half', async (t) => {
  const tokens = await startTokenServer(t, { answer: (reply) => sendJson(reply, 401, { error: 'invalid_client' }) })
  const client = testClient(t, { service, tokens, random: () => 1 })
  const asked: number[] = []
  for (let second = 0; second < 100; second++) {
    const before = tokens.requests.length
    t.equal((await failureOf(client.fetch('/'))).code, 'token_refused')
    if (tokens.requests.length > before) asked.push(second)
    client.advance(1000)
  }
  t.same(asked, [0, 1, 3, 7, 15, 31, 61, 91])
})

t.test('after a success, the pauses of a refused client start at a second again', async (t) => {
  const tokens = await startTokenServer(t, {
    answer: (reply, request, n) =>
      n === 5 ? issue(1)(reply, request, n) : sendJson(reply, 401, { error: 'invalid_client' }),
  })
  const client = testClient(t, { service, tokens, random: () => 1 })
  for (let n = 1; n < 5; n++) {
    await failureOf(client.fetch('/'))
    client.advance(30_000)
  }
  t.equal((await client.fetch('/')).status, 200)
  client.advance(1000)
  await failureOf(client.fetch('/'))
  t.equal(tokens.requests.length, 6)
  client.advance(1000)
  await failureOf(client.fetch('/'))
  t.equal(tokens.requests.length, 7)
})

t.test('a token endpoint that fails is not asked for a moment; calls fail at once instead of waiting', async (t) => {
  const tokens = await startTokenServer(t, { answer: (reply) => sendJson(reply, 500, {}) })
  const client = testClient(t, { service, tokens })
  for (let i = 0; i < 10; i++) t.equal((await failureOf(client.fetch('/'))).code, 'token_unavailable')
  t.equal(tokens.requests.length, 1)
  client.advance(1000)
  await failureOf(client.fetch('/'))
  t.equal(tokens.requests.length, 2)
})

t.test('a token comes within a second after the token endpoint has recovered', async (t) => {
  let isWell = false
  const tokens = await startTokenServer(t, {
    answer: (reply, request, n) => (isWell ? issue()(reply, request, n) : sendJson(reply, 500, {})),
  })
  const client = testClient(t, { service, tokens, random: () => 1 })
  for (let i = 0; i < 10; i++) {
    await failureOf(client.fetch('/'))
    client.advance(1000)
  }
  isWell = true
  t.equal((await client.fetch('/')).status, 200)
})

t.test('temporary failures of the token endpoint are retried', async (t) => {
  const tokens = await startTokenServer(t, {
    answer: (reply, request, n) => {
      if (n === 1) reply.socket?.resetAndDestroy()
      else if (n === 2) sendJson(reply, 503, {})
      else issue()(reply, request, n)
    },
  })
  const client = testClient(t, { service, tokens })
  t.equal(await (await client.fetch('/')).text(), 'Bearer token-3')
  t.same(client.pauses, [50, 100])
})

t.test('Retry-After of the token endpoint is honoured, by later calls, too', async (t) => {
  const tokens = await startTokenServer(t, { answer: (reply) => sendJson(reply, 429, {}, { 'retry-after': '10' }) })
  const client = testClient(t, { service, tokens })
  const error = await failureOf(client.fetch('/'))
  t.equal(error.code, 'token_unavailable')
  t.equal(error.status, 429)
  client.advance(9_999)
  await failureOf(client.fetch('/'))
  t.equal(tokens.requests.length, 1)
  client.advance(1_000)
  await failureOf(client.fetch('/'))
  t.equal(tokens.requests.length, 2)
})

t.test('a refused connection to the token endpoint: token_unavailable', async (t) => {
  const error = await failureOf(testClient(t, { service, tokens: await deadUrl(t) }).fetch('/'))
  t.equal(error.code, 'token_unavailable')
  t.equal(error.status, undefined)
  t.match(error.message, 'ECONNREFUSED')
})

t.test('a token endpoint that hangs in the middle of its response: token_unavailable', async (t) => {
  const tokens = await startTokenServer(t, { answer: (reply) => void reply.writeHead(200).write('{"access_token":') })
  const error = await failureOf(testClient(t, { service, tokens, tokenTimeoutMs: 200 }).fetch('/'))
  t.equal(error.code, 'token_unavailable')
  t.match(error.message, 'within 200 ms')
})

t.test('a slow token endpoint: callers wait until the time limit of one shared request', async (t) => {
  const tokens = await startTokenServer(t, { answer: () => undefined })
  const client = testClient(t, { service, tokens, tokenTimeoutMs: 200 })
  const errors = await Promise.all([1, 2, 3].map(() => failureOf(client.fetch('/'))))
  t.same(
    errors.map(({ code }) => code),
    ['token_unavailable', 'token_unavailable', 'token_unavailable'],
  )
  t.equal(new Set(errors).size, 3, 'an error each')
  t.match(errors[0]?.message, 'within 200 ms')
  t.equal(tokens.requests.length, 1)
  t.same(service.requests, [])
})

t.test('a call with less time than the token takes fails; the token serves the next call', async (t) => {
  let answer: (() => void) | undefined
  const tokens = await startTokenServer(t, {
    answer: (reply) => {
      answer = () => sendJson(reply, 200, tokenAnswer('token-1', 100))
    },
  })
  const client = testClient(t, { service, tokens, timeoutMs: 5000 })
  t.equal((await failureOf(client.fetch('/', { timeoutMs: 30 }))).code, 'timeout')
  await eventually(() => answer !== undefined)
  answer?.()
  t.equal(await (await client.fetch('/')).text(), 'Bearer token-1')
  t.equal(tokens.requests.length, 1)
})

const good = tokenAnswer('canary-token', 100)
const text =
  (body: string, status = 200): Answer =>
  (reply) =>
    reply.writeHead(status, { 'content-type': 'application/json' }).end(body)
const json = (change: Record<string, unknown>) => text(JSON.stringify({ ...good, ...change }))

const unusable: { title: string; answer: Answer }[] = [
  { title: 'nothing', answer: text('') },
  { title: 'HTML', answer: text('<html>canary-token</html>') },
  { title: 'JSON cut short', answer: text(JSON.stringify(good).slice(0, -1)) },
  { title: 'null', answer: text('null') },
  { title: 'a list', answer: text(JSON.stringify([good])) },
  { title: 'a text', answer: text('"canary-token"') },
  { title: 'no token', answer: json({ access_token: undefined }) },
  { title: 'an empty token', answer: json({ access_token: '' }) },
  { title: 'a token that is a number', answer: json({ access_token: 1 }) },
  { title: 'a token in a list', answer: json({ access_token: ['canary-token'] }) },
  { title: 'a token with a line break', answer: json({ access_token: 'canary-token\r\nX-Admin: 1' }) },
  { title: 'a token that ends in a line break', answer: json({ access_token: 'canary-token\n' }) },
  { title: 'a token with a space', answer: json({ access_token: 'canary token' }) },
  { title: 'a token beyond ASCII', answer: json({ access_token: 'canary-tokén' }) },
  { title: 'a token of 9,000 characters', answer: json({ access_token: 'a'.repeat(9000) }) },
  { title: 'no type', answer: json({ token_type: undefined }) },
  { title: 'another type', answer: json({ token_type: 'mac' }) },
  { title: 'a type that starts like ours', answer: json({ token_type: 'BearerX' }) },
  { title: 'a type that is no text', answer: json({ token_type: ['Bearer'] }) },
  { title: 'no lifetime', answer: json({ expires_in: undefined }) },
  { title: 'a lifetime of 0', answer: json({ expires_in: 0 }) },
  { title: 'a negative lifetime', answer: json({ expires_in: -1 }) },
  { title: 'a lifetime as text', answer: json({ expires_in: '100' }) },
  { title: 'a lifetime of half a second', answer: json({ expires_in: 0.5 }) },
  { title: 'an infinite lifetime', answer: text(JSON.stringify(good).replace('100', '1e400')) },
  { title: 'more than 64 KiB', answer: json({ filler: 'a'.repeat(70_000) }) },
  { title: '201', answer: text(JSON.stringify(good), 201) },
  { title: '500', answer: text(JSON.stringify(good), 500) },
  { title: '404', answer: text(JSON.stringify(good), 404) },
  { title: 'a redirect', answer: (reply) => reply.writeHead(307, { location: '/elsewhere' }).end() },
  {
    title: 'a body that breaks off',
    answer: (reply) => {
      reply.writeHead(200, { 'content-length': '1000' }).write('{"access_token":"canary-token"')
      setTimeout(() => reply.socket?.destroy(), 5)
    },
  },
  { title: 'no HTTP', answer: (reply) => reply.socket?.end('canary-token nonsense\r\n\r\n') },
]

for (const { title, answer } of unusable) {
  t.test(
    `the token endpoint answers with ${title}: token_unavailable, and the error shows nothing of it`,
    async (t) => {
      const tokens = await startTokenServer(t, { answer })
      const error = await failureOf(testClient(t, { service, tokens }).fetch('/'))
      t.equal(error.code, 'token_unavailable')
      t.notMatch(`${error.stack}${JSON.stringify(error)}`, /canary/)
      t.notOk(
        tokens.requests.some(({ path }) => path !== '/oauth/token'),
        'no redirect was followed',
      )
      t.same(service.requests, [])
    },
  )
}

t.test('an error code that is not of RFC 6749 is not repeated in the error', async (t) => {
  const tokens = await startTokenServer(t, { answer: (reply, { body }) => sendJson(reply, 400, { error: body }) })
  const { message } = await failureOf(testClient(t, { service, tokens }).fetch('/'))
  t.match(message, /refused this client: 400\.$/)
})

for (const type of ['bearer', 'BEARER']) {
  t.test(`the type ${type} is Bearer`, async (t) => {
    const tokens = await startTokenServer(t, { answer: json({ token_type: type }) })
    t.equal(await (await testClient(t, { service, tokens }).fetch('/')).text(), 'Bearer canary-token')
  })
}

t.test('a lifetime of years counts as a day', async (t) => {
  const tokens = await startTokenServer(t, { expiresIn: 10 ** 9 })
  const client = testClient(t, { service, tokens })
  await client.fetch('/')
  client.advance(24 * 3600 * 1000)
  t.equal(await (await client.fetch('/')).text(), 'Bearer token-2')
})
