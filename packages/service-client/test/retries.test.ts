import { Readable } from 'node:stream'
import t from 'tap'
import { type Answer, deadUrl, sendJson, startServer } from './support/http-server.ts'
import { failureOf, testClient } from './support/test-client.ts'
import { startTokenServer } from './support/token-server.ts'

const tokens = await startTokenServer(t, { expiresIn: 86_400 })

/** Fails so many requests, and answers the next ones. */
const failing =
  (times: number, failure: Answer): Answer =>
  (reply, request, n) =>
    n <= times ? failure(reply, request, n) : reply.end(request.body)

const reset: Answer = (reply) => reply.socket?.resetAndDestroy()
const says =
  (status: number, headers: Record<string, string> = {}): Answer =>
  (reply) =>
    sendJson(reply, status, { status }, headers)

const failures: { title: string; failure: Answer }[] = [
  { title: 'a reset connection', failure: reset },
  { title: 'a connection closed without an answer', failure: (reply) => reply.socket?.end() },
  { title: '429', failure: says(429) },
  { title: '502', failure: says(502) },
  { title: '503', failure: says(503) },
  { title: '504', failure: says(504) },
]

const repeatable: { title: string; method: string; body?: string; headers?: Record<string, string> }[] = [
  { title: 'GET', method: 'GET' },
  { title: 'HEAD', method: 'HEAD' },
  { title: 'OPTIONS', method: 'OPTIONS' },
  { title: 'PUT', method: 'put', body: 'put' },
  { title: 'DELETE', method: 'DELETE' },
  { title: 'POST with an Idempotency-Key', method: 'POST', body: 'post', headers: { 'Idempotency-Key': 'k1' } },
  { title: 'PATCH with an Idempotency-Key', method: 'PATCH', body: 'patch', headers: { 'idempotency-key': 'k1' } },
]

for (const { title, failure } of failures) {
  for (const { title: what, ...call } of repeatable) {
    t.test(`${what} is sent again after ${title}, twice at most`, async (t) => {
      const service = await startServer(t, failing(2, failure))
      const client = testClient(t, { service, tokens })
      const response = await client.fetch('/', call)
      t.equal(response.status, 200)
      t.equal(await response.text(), call.method === 'HEAD' ? '' : (call.body ?? ''))
      t.equal(service.requests.length, 3)
      t.same(client.pauses, [50, 100], 'half of 100 and of 200 ms, as chance has it')
      t.equal(service.requests[0]?.headers['idempotency-key'], service.requests[2]?.headers['idempotency-key'])
    })
  }

  t.test(`POST is not sent again after ${title}`, async (t) => {
    const service = await startServer(t, failing(1, failure))
    const call = testClient(t, { service, tokens }).fetch('/', { method: 'POST', body: 'once' })
    await call.then(
      (response) => t.ok(response.status > 400),
      (error) => t.equal(error.code, 'unreachable'),
    )
    t.equal(service.requests.length, 1)
  })

  t.test(`a stream is not sent again after ${title}`, async (t) => {
    const service = await startServer(t, failing(1, failure))
    const body = Readable.from([Buffer.from('once')])
    const call = testClient(t, { service, tokens }).fetch('/', { method: 'PUT', body })
    await call.then(
      (response) => t.ok(response.status > 400),
      (error) => t.equal(error.code, 'unreachable'),
    )
    t.equal(service.requests.length, 1)
  })
}

t.test('an empty Idempotency-Key counts as missing', async (t) => {
  const service = await startServer(t, says(503))
  const headers = { 'idempotency-key': '' }
  t.equal((await testClient(t, { service, tokens }).fetch('/', { method: 'POST', headers })).status, 503)
  t.equal(service.requests.length, 1)
})

for (const status of [400, 404, 408, 409, 500, 501]) {
  t.test(`${status} is returned as it is, and nothing is sent again`, async (t) => {
    const service = await startServer(t, says(status))
    const response = await testClient(t, { service, tokens }).fetch('/')
    t.equal(response.status, status)
    t.same(await response.json(), { status })
    t.equal(service.requests.length, 1)
  })
}

t.test('when the failure persists, the last response is returned with its body', async (t) => {
  const service = await startServer(t, (reply, _request, n) => sendJson(reply, 503, { n }))
  const response = await testClient(t, { service, tokens }).fetch('/')
  t.equal(response.status, 503)
  t.same(await response.json(), { n: 3 })
  t.equal(service.requests.length, 3)
})

t.test('when every connection breaks, the call fails with unreachable and the reason', async (t) => {
  const service = await startServer(t, reset)
  const error = await failureOf(testClient(t, { service, tokens }).fetch('/employees?q=canary'))
  t.equal(error.code, 'unreachable')
  t.equal(error.message, `GET ${service.url}/employees could not be reached: ECONNRESET.`)
  t.equal(service.requests.length, 3)
})

for (const [title, body] of [
  ['POST', 'text'],
  ['POST with bytes', new Uint8Array([97])],
  ['POST with a form', new URLSearchParams({ a: 'b' })],
  ['POST with a blob', new Blob(['blob'])],
] as const) {
  t.test(`${title} is sent again after a refused connection: the service can't have seen it`, async (t) => {
    const url = await deadUrl(t)
    let requests: unknown[] = []
    const client = testClient(t, {
      service: url,
      tokens,
      async sleep() {
        requests = (await startServer(t, (reply, { body }) => reply.end(body), Number(new URL(url).port))).requests
      },
    })
    const response = await client.fetch('/', { method: 'POST', body })
    t.equal(await response.text(), await new Response(body).text())
    t.equal(requests.length, 1)
  })
}

t.test('a host that does not exist is unreachable', async (t) => {
  const client = testClient(t, { service: 'http://nobody.invalid', tokens })
  const error = await failureOf(client.fetch('/', { method: 'POST' }))
  t.equal(error.code, 'unreachable')
  t.match(error.message, /ENOTFOUND|EAI_AGAIN/)
  t.equal(client.pauses.length, 2)
})

t.test('maxRetries: 0 retries nothing', async (t) => {
  const service = await startServer(t, says(503))
  t.equal((await testClient(t, { service, tokens, maxRetries: 0 }).fetch('/')).status, 503)
  t.equal(service.requests.length, 1)
})

t.test('pauses are random, below a bound that doubles up to a second', async (t) => {
  for (const [chance, pauses] of [
    [0, [0, 0, 0, 0, 0, 0]],
    [1, [100, 200, 400, 800, 1000, 1000]],
  ] as const) {
    const service = await startServer(t, says(503))
    const client = testClient(t, { service, tokens, maxRetries: 6, timeoutMs: 60_000, random: () => chance })
    await client.fetch('/')
    t.same(client.pauses, pauses)
  }
})

t.test('a service that fails does not get a multiple of its load: one retry for ten calls, ten at first', async (t) => {
  const service = await startServer(t, says(503))
  const client = testClient(t, { service, tokens })
  for (let i = 0; i < 100; i++) t.equal((await client.fetch('/')).status, 503)
  t.ok(client.pauses.length >= 18 && client.pauses.length <= 20, `${client.pauses.length} retries of 100 calls`)
  t.equal(service.requests.length, 100 + client.pauses.length)
})

for (const status of [429, 503]) {
  t.test(`${status} with Retry-After is retried after that time and a random addition`, async (t) => {
    const service = await startServer(t, failing(1, says(status, { 'retry-after': '1' })))
    const client = testClient(t, { service, tokens })
    t.equal((await client.fetch('/')).status, 200)
    t.same(client.pauses, [1050])
  })
}

t.test('Retry-After as a date counts from the clock of the service', async (t) => {
  const date = 'Sat, 01 Jan 2000 00:00:00 GMT'
  const service = await startServer(t, failing(1, says(503, { date, 'retry-after': 'Sat, 01 Jan 2000 00:00:01 GMT' })))
  const client = testClient(t, { service, tokens })
  t.equal((await client.fetch('/')).status, 200)
  t.same(client.pauses, [1050])
})

for (const [title, value] of [
  ['a date long past', 'Sat, 01 Jan 2000 00:00:00 GMT'],
  ['nonsense', 'soon'],
  ['a number below 0', '-1'],
  ['a fraction', '0.5'],
  ['nothing', ''],
] as const) {
  t.test(`Retry-After with ${title} demands no wait`, async (t) => {
    const service = await startServer(t, failing(1, says(503, { 'retry-after': value })))
    const client = testClient(t, { service, tokens })
    t.equal((await client.fetch('/')).status, 200)
    t.same(client.pauses, [50])
  })
}

t.test('when Retry-After lies beyond the deadline, the response is returned at once', async (t) => {
  const service = await startServer(t, says(503, { 'retry-after': '2' }))
  const client = testClient(t, { service, tokens, timeoutMs: 2000 })
  t.equal((await client.fetch('/')).status, 503)
  t.same(client.pauses, [])
})

t.test('no retry is scheduled beyond the deadline', async (t) => {
  const service = await startServer(t, says(503))
  const client = testClient(t, { service, tokens, timeoutMs: 290, random: () => 1 })
  t.equal((await client.fetch('/')).status, 503)
  t.same(client.pauses, [100], '100 of 290 ms; 200 more would be too many')
})
