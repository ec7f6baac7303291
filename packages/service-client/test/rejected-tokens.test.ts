import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import t from 'tap'
import { startServer } from './support/http-server.ts'
import { failureOf, testClient } from './support/test-client.ts'
import { issue, startTokenServer } from './support/token-server.ts'

const refuse = (reply: ServerResponse, challenge = 'Bearer realm="employees", error="invalid_token"') =>
  reply.writeHead(401, { 'www-authenticate': challenge }).end('refused')

for (const method of ['GET', 'POST', 'PATCH']) {
  t.test(
    `a token that the service calls invalid is replaced once: ${method} is sent again with a new one`,
    async (t) => {
      const tokens = await startTokenServer(t)
      const service = await startServer(t, (reply, { headers, body }) =>
        headers.authorization === 'Bearer token-1' ? refuse(reply) : reply.end(body),
      )
      const client = testClient(t, { service, tokens })
      const body = method === 'GET' ? null : '{"a":1}'
      const response = await client.fetch('/', { method, body, headers: { 'content-type': 'application/json' } })
      t.equal(response.status, 200)
      t.equal(await response.text(), body ?? '')
      t.equal(service.requests.length, 2)
      t.equal(service.requests[1]?.headers['content-type'], 'application/json')
      t.equal(tokens.requests.length, 2)
      t.same(client.pauses, [], 'at once')
    },
  )
}

t.test('a service that refuses every token gets each call twice at most, and the last 401 is returned', async (t) => {
  const tokens = await startTokenServer(t)
  const service = await startServer(t, (reply) => refuse(reply))
  const response = await testClient(t, { service, tokens }).fetch('/')
  t.equal(response.status, 401)
  t.equal(await response.text(), 'refused')
  t.equal(service.requests.length, 2)
  t.equal(tokens.requests.length, 2)
})

t.test('a service that refuses every token does not turn each call into a token request', async (t) => {
  const tokens = await startTokenServer(t)
  const service = await startServer(t, (reply) => refuse(reply))
  const client = testClient(t, { service, tokens })
  for (let i = 0; i < 20; i++) {
    t.equal((await client.fetch('/')).status, 401)
    client.advance(100)
  }
  t.equal(tokens.requests.length, 3, 'one a second')
})

t.test('calls that are refused together share one new token', async (t) => {
  const tokens = await startTokenServer(t)
  let waiting: (() => void)[] = []
  const service = await startServer(t, (reply, { headers }) => {
    if (headers.authorization !== 'Bearer token-1') reply.end(headers.authorization)
    else waiting.push(() => refuse(reply))
    if (waiting.length < 20) return
    for (const answer of waiting) answer()
    waiting = []
  })
  const client = testClient(t, { service, tokens })
  const answers = await Promise.all(
    Array.from({ length: 20 }, async () => (await client.fetch('/', { method: 'POST' })).text()),
  )
  t.same(new Set(answers), new Set(['Bearer token-2']))
  t.equal(tokens.requests.length, 2)
})

t.test('a call that is refused late uses the newer token that is already there', async (t) => {
  const tokens = await startTokenServer(t)
  let late: (() => void) | undefined
  const service = await startServer(t, (reply, { path, headers }) => {
    if (headers.authorization !== 'Bearer token-1') reply.end(headers.authorization)
    else if (path === '/late') late = () => refuse(reply)
    else refuse(reply)
  })
  const client = testClient(t, { service, tokens })
  const call = client.fetch('/late')
  t.equal(await (await client.fetch('/')).text(), 'Bearer token-2')
  client.advance(1500)
  late?.()
  t.equal(await (await call).text(), 'Bearer token-2')
  t.equal(tokens.requests.length, 2)
})

t.test('a call has its token replaced once, whatever happens between its attempts', async (t) => {
  const tokens = await startTokenServer(t)
  const service = await startServer(t, (reply, _request, n) =>
    n === 2 ? reply.writeHead(503, { 'retry-after': '1' }).end() : refuse(reply),
  )
  t.equal((await testClient(t, { service, tokens }).fetch('/')).status, 401)
  t.equal(service.requests.length, 3)
  t.equal(tokens.requests.length, 2)
})

for (const challenge of [
  'Bearer realm="employees"',
  'DPoP error="invalid_token"',
  'Bearer realm="employees", error="insufficient_scope"',
  'Basic realm="invalid_token"',
  'Bearer error="invalid_tokens"',
  'Bearer xerror="invalid_token"',
  '',
]) {
  t.test(`a 401 for another reason is returned as it is: ${challenge}`, async (t) => {
    const tokens = await startTokenServer(t)
    const service = await startServer(t, (reply) => refuse(reply, challenge))
    t.equal((await testClient(t, { service, tokens }).fetch('/')).status, 401)
    t.equal(service.requests.length, 1)
    t.equal(tokens.requests.length, 1)
  })
}

for (const challenge of [
  'bearer error=invalid_token',
  'Bearer error_description="expired", error="invalid_token"',
  'Basic realm="x", Bearer realm="y", error="invalid_token", error_description="z"',
]) {
  t.test(`the challenge is recognized in every form that HTTP allows: ${challenge}`, async (t) => {
    const tokens = await startTokenServer(t)
    const service = await startServer(t, (reply, _request, n) => (n === 1 ? refuse(reply, challenge) : reply.end()))
    t.equal((await testClient(t, { service, tokens }).fetch('/')).status, 200)
  })
}

t.test('a stream is not sent twice, but the next call has a new token', async (t) => {
  const tokens = await startTokenServer(t)
  const service = await startServer(t, (reply, { headers, body }) =>
    headers.authorization === 'Bearer token-1' ? refuse(reply) : reply.end(body),
  )
  const client = testClient(t, { service, tokens })
  const stream = () => Readable.from([Buffer.from('a'), Buffer.from('b')])
  t.equal((await client.fetch('/', { method: 'PUT', body: stream() })).status, 401)
  t.equal(service.requests.length, 1)
  t.equal(await (await client.fetch('/', { method: 'PUT', body: stream() })).text(), 'ab')
})

t.test('without a new token the call fails with token_unavailable, not with the 401 of the old one', async (t) => {
  const tokens = await startTokenServer(t, {
    answer: (reply, request, n) => (n === 1 ? issue()(reply, request, n) : reply.writeHead(500).end()),
  })
  const service = await startServer(t, (reply) => refuse(reply))
  const error = await failureOf(testClient(t, { service, tokens }).fetch('/'))
  t.equal(error.code, 'token_unavailable')
  t.equal(error.status, 500)
})
