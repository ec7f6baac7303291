import { eventually } from '@latchkey/test-kit'
import t from 'tap'
import { startServer } from './support/http-server.ts'
import { failureOf, testClient } from './support/test-client.ts'
import { startTokenServer } from './support/token-server.ts'

t.test('close fails pending calls, bodies included, and closes every socket', async (t) => {
  const tokens = await startTokenServer(t)
  const service = await startServer(t, (reply, { path }) => {
    if (path === '/body') reply.writeHead(200).write('part')
    if (path === '/done') reply.end()
  })
  // Both ends would keep idle connections for long.
  for (const { server } of [service, tokens]) server.keepAliveTimeout = 600_000
  const client = testClient(t, { service, tokens, timeoutMs: 60_000 })
  await (await client.fetch('/done')).text()
  const hanging = failureOf(client.fetch('/hangs'))
  const response = await client.fetch('/body')
  const body = failureOf(response.text())
  await eventually(() => service.requests.length === 3)
  await client.close()
  t.equal((await hanging).code, 'closed')
  t.equal((await body).code, 'closed')
  for (const { server } of [service, tokens]) {
    await eventually(() => new Promise((resolve) => server.getConnections((_error, count) => resolve(count === 0))))
  }
})

t.test('close fails a pending token request and the calls that wait for it', async (t) => {
  let isGone = false
  const tokens = await startTokenServer(t, {
    answer: (reply) => {
      reply.on('close', () => {
        isGone = true
      })
    },
  })
  const client = testClient(t, { service: 'http://127.0.0.1:1', tokens, timeoutMs: 60_000 })
  const calls = [1, 2].map(() => failureOf(client.fetch('/')))
  await eventually(() => tokens.requests.length === 1)
  await client.close()
  for (const error of await Promise.all(calls)) t.equal(error.code, 'closed')
  await eventually(() => isGone)
})

t.test('close ends the pause between two token requests', async (t) => {
  const tokens = await startTokenServer(t, { answer: (reply) => void reply.writeHead(503).end() })
  let pause: AbortSignal | undefined
  const client = testClient(t, {
    service: 'http://127.0.0.1:1',
    tokens,
    timeoutMs: 60_000,
    sleep: (_ms, signal) => {
      pause = signal
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    },
  })
  const call = failureOf(client.fetch('/'))
  await eventually(() => pause !== undefined)
  await client.close()
  t.equal((await call).code, 'closed')
  t.equal(pause?.aborted, true)
})

t.test('after close a call fails at once and sends nothing; closing twice is harmless', async (t) => {
  const tokens = await startTokenServer(t)
  const client = testClient(t, { service: 'http://127.0.0.1:1', tokens })
  await Promise.all([client.close(), client.close()])
  t.equal((await failureOf(client.fetch('/'))).code, 'closed')
  t.same(tokens.requests, [])
})
