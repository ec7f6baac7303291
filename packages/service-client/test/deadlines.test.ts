import type { ServerResponse } from 'node:http'
import { createServer } from 'node:net'
import { eventually } from '@latchkey/test-kit'
import t from 'tap'
import { startServer } from './support/http-server.ts'
import { failureOf, testClient } from './support/test-client.ts'
import { startTokenServer } from './support/token-server.ts'

const tokens = await startTokenServer(t)
/** Calls may be short of time here, the token is not. */
const tokenTimeoutMs = 10_000

// The first call of a process loads what the following ones find there.
const warmUp = await startServer(t, (reply) => reply.end())
await testClient(t, { service: warmUp, tokens, tokenTimeoutMs, timeoutMs: 10_000 }).fetch('/')

t.test('a service that hangs fails the call with timeout, and the connection is closed', async (t) => {
  let isGone = false
  const service = await startServer(t, (reply) => {
    reply.on('close', () => {
      isGone = true
    })
  })
  const error = await failureOf(testClient(t, { service, tokens, tokenTimeoutMs, timeoutMs: 200 }).fetch('/a?b=canary'))
  t.equal(error.name, 'ServiceCallError')
  t.equal(error.code, 'timeout')
  t.equal(error.message, `GET ${service.url}/a was not done within 200 ms.`)
  t.equal(service.requests.length, 1, 'a hung call is not sent again')
  await eventually(() => isGone)
})

t.test('a call may have its own time limit', async (t) => {
  const service = await startServer(t, () => undefined)
  const error = await failureOf(
    testClient(t, { service, tokens, tokenTimeoutMs, timeoutMs: 60_000 }).fetch('/', { timeoutMs: 30 }),
  )
  t.match(error.message, 'within 30 ms')
})

t.test('the time limit includes the body: one that hangs fails with timeout', async (t) => {
  const service = await startServer(t, (reply) => void reply.writeHead(200).write('{"items":['))
  const response = await testClient(t, { service, tokens, tokenTimeoutMs, timeoutMs: 2000 }).fetch('/')
  t.equal(response.status, 200)
  const error = await failureOf(response.json())
  t.equal(error.name, 'ServiceCallError')
  t.equal(error.code, 'timeout')
})

t.test('the time limit includes the pauses between attempts', async (t) => {
  const service = await startServer(t, (reply) => void reply.writeHead(503).end())
  const client = testClient(t, {
    service,
    tokens,
    tokenTimeoutMs,
    timeoutMs: 200,
    sleep: (_ms, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('woken')))),
  })
  t.equal((await failureOf(client.fetch('/'))).code, 'timeout')
})

t.test('the deadline of a finished call affects neither that call nor the next one on its connection', async (t) => {
  let held: ServerResponse | undefined
  const used = new Set<unknown>()
  const service = await startServer(t, (reply, { path }) => {
    if (path === '/slow') held = reply
    else used.add(reply.socket) && reply.end('quick')
  })
  const client = testClient(t, { service, tokens, tokenTimeoutMs })
  for (let i = 0; i < 3; i++) t.equal(await (await client.fetch('/', { timeoutMs: 500 })).text(), 'quick')
  const slow = client.fetch('/slow', { timeoutMs: 10_000 })
  await eventually(() => held !== undefined)
  t.ok(used.has(held?.socket), 'it is on a connection of those before')
  await new Promise((resolve) => setTimeout(resolve, 550))
  held?.end('slow')
  t.equal(await (await slow).text(), 'slow')
})

t.test("a call that its caller aborts rejects with the caller's reason", async (t) => {
  const service = await startServer(t, () => undefined)
  const controller = new AbortController()
  const reason = new Error('not needed any more')
  const call = testClient(t, { service, tokens, tokenTimeoutMs }).fetch('/', { signal: controller.signal })
  await eventually(() => service.requests.length === 1)
  controller.abort(reason)
  t.equal(await call.catch((error) => error), reason)
})

t.test('a call that its caller may abort still has its deadline', async (t) => {
  const service = await startServer(t, () => undefined)
  const { signal } = new AbortController()
  const call = testClient(t, { service, tokens, tokenTimeoutMs, timeoutMs: 200 }).fetch('/', { signal })
  t.equal((await failureOf(call)).code, 'timeout')
})

t.test('a call that was aborted before it began is not sent', async (t) => {
  const service = await startServer(t, (reply) => reply.end())
  const reason = new Error('too late')
  const client = testClient(t, { service, tokens, tokenTimeoutMs })
  t.equal(await client.fetch('/', { signal: AbortSignal.abort(reason) }).catch((error) => error), reason)
  t.same(service.requests, [])
})

t.test('a call that was aborted before it began does not wait for a token', async (t) => {
  const silent = await startTokenServer(t, { answer: () => undefined })
  const reason = new Error('too late')
  const client = testClient(t, { service: 'http://127.0.0.1:1', tokens: silent, tokenTimeoutMs: 300 })
  t.equal(await client.fetch('/', { signal: AbortSignal.abort(reason) }).catch((error) => error), reason)
})

t.test('aborting a call aborts the reading of its body', async (t) => {
  const service = await startServer(t, (reply) => void reply.writeHead(200).write('part'))
  const controller = new AbortController()
  const response = await testClient(t, { service, tokens, tokenTimeoutMs }).fetch('/', { signal: controller.signal })
  const reason = new Error('enough')
  const reading = response.text().catch((error) => error)
  controller.abort(reason)
  t.equal(await reading, reason)
})

t.test(
  'a server that accepts connections and never answers: timeout for the call, token_unavailable for the token',
  async (t) => {
    const silent = createServer((socket) => void socket.on('error', () => undefined).resume())
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    t.teardown(() => silent.close())
    const address = silent.address()
    if (typeof address !== 'object' || address === null) throw new Error('not listening')
    const url = `http://127.0.0.1:${address.port}`
    const timeoutMs = 60
    t.equal(
      (await failureOf(testClient(t, { service: url, tokens, tokenTimeoutMs, timeoutMs }).fetch('/'))).code,
      'timeout',
    )
    t.equal(
      (await failureOf(testClient(t, { service: url, tokens: url, timeoutMs }).fetch('/'))).code,
      'token_unavailable',
    )
  },
)

t.test('an impossible time limit is refused', async (t) => {
  const client = testClient(t, { service: 'http://127.0.0.1:1', tokens })
  for (const timeoutMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    await t.rejects(client.fetch('/', { timeoutMs }), { name: 'TypeError', message: /^timeoutMs / })
  }
})
