import { eventually } from '@latchkey/test-kit'
import t from 'tap'
import { sendJson, startServer } from './support/http-server.ts'
import { clientSecret, testClient } from './support/test-client.ts'
import { issue, startTokenServer, tokenAnswer } from './support/token-server.ts'

t.test('a call carries a token of the client credentials grant', async (t) => {
  const tokens = await startTokenServer(t)
  const service = await startServer(t, (reply) => sendJson(reply, 200, { items: [] }))
  const client = testClient(t, { service, tokens, scope: 'employees:read profile' })
  const response = await client.fetch('/employees?limit=5')
  t.equal(response.status, 200)
  t.same(await response.json(), { items: [] })
  const [call] = service.requests
  t.equal(call?.path, '/employees?limit=5')
  t.equal(call?.headers.authorization, 'Bearer token-1')
  const [asked] = tokens.requests
  t.equal(asked?.method, 'POST')
  t.equal(asked?.headers['content-type'], 'application/x-www-form-urlencoded;charset=UTF-8')
  t.equal(asked?.body, 'grant_type=client_credentials&scope=employees%3Aread+profile')
})

t.test('id and secret are form-urlencoded before they are joined', async (t) => {
  const tokens = await startTokenServer(t)
  const service = await startServer(t, (reply) => reply.end())
  await testClient(t, { service, tokens, clientId: 'pay:roll ü' }).fetch('/')
  const [, encoded = ''] = tokens.requests[0]?.headers.authorization?.split(' ') ?? []
  const credentials = Buffer.from(encoded, 'base64').toString()
  t.equal(credentials, 'pay%3Aroll+%C3%BC:canary-secret%3A+%C3%BC%25%2B%26%2F%3D')
  const decode = (text = '') => decodeURIComponent(text.replaceAll('+', ' '))
  t.same(credentials.split(':').map(decode), ['pay:roll ü', clientSecret])
})

t.test('without a scope the form has none', async (t) => {
  const tokens = await startTokenServer(t)
  const service = await startServer(t, (reply) => reply.end())
  await testClient(t, { service, tokens }).fetch('/')
  t.equal(tokens.requests[0]?.body, 'grant_type=client_credentials')
})

t.test('a hundred calls at once make one token request', async (t) => {
  const tokens = await startTokenServer(t, {
    answer: (reply, request, n) => setTimeout(() => issue()(reply, request, n), 30),
  })
  const service = await startServer(t, (reply, { headers }) => reply.end(headers.authorization))
  const client = testClient(t, { service, tokens, timeoutMs: 20_000 })
  const answers = await Promise.all(Array.from({ length: 100 }, async () => (await client.fetch('/')).text()))
  t.same(new Set(answers), new Set(['Bearer token-1']))
  t.equal(tokens.requests.length, 1)
})

t.test(
  'a token is kept for 80 to 90 % of its lifetime; then calls still use it while the next one is fetched',
  async (t) => {
    const tokens = await startTokenServer(t, { expiresIn: 100 })
    const service = await startServer(t, (reply, { headers }) => reply.end(headers.authorization))
    const client = testClient(t, { service, tokens })
    const call = async () => (await client.fetch('/')).text()
    t.equal(await call(), 'Bearer token-1')
    client.advance(84_999)
    t.equal(await call(), 'Bearer token-1')
    t.equal(tokens.requests.length, 1)
    client.advance(1)
    t.equal(await call(), 'Bearer token-1', 'nobody waits')
    await eventually(() => tokens.requests.length === 2)
    await eventually(async () => (await call()) === 'Bearer token-2')
    t.equal(tokens.requests.length, 2)
  },
)

t.test('tokens are renewed at random times, so that replicas do not ask together', async (t) => {
  for (const [chance, atMs] of [
    [0, 80_000],
    [1, 90_000],
  ] as const) {
    const tokens = await startTokenServer(t, { expiresIn: 100 })
    const service = await startServer(t, (reply) => reply.end())
    const client = testClient(t, { service, tokens, random: () => chance })
    await client.fetch('/')
    client.advance(atMs - 1)
    await client.fetch('/')
    t.equal(tokens.requests.length, 1)
    client.advance(1)
    await client.fetch('/')
    await eventually(() => tokens.requests.length === 2)
  }
})

t.test('a token in its last five seconds is not sent', async (t) => {
  const tokens = await startTokenServer(t, { expiresIn: 900 })
  const service = await startServer(t, (reply, { headers }) => reply.end(headers.authorization))
  const client = testClient(t, { service, tokens })
  await client.fetch('/')
  client.advance(895_000)
  t.equal(await (await client.fetch('/')).text(), 'Bearer token-2')
})

t.test('a token with a lifetime of a second is used, and not for long', async (t) => {
  const tokens = await startTokenServer(t, { expiresIn: 1 })
  const service = await startServer(t, (reply, { headers }) => reply.end(headers.authorization))
  const client = testClient(t, { service, tokens })
  await client.fetch('/')
  t.equal(await (await client.fetch('/')).text(), 'Bearer token-1')
  client.advance(900)
  t.equal(await (await client.fetch('/')).text(), 'Bearer token-2')
})

t.test('while the token endpoint is down, a token is used to the end of its lifetime', async (t) => {
  const tokens = await startTokenServer(t, {
    expiresIn: 900,
    answer: (reply, request, n) => (n === 1 ? issue(900)(reply, request, n) : sendJson(reply, 500, {})),
  })
  const service = await startServer(t, (reply, { headers }) => reply.end(headers.authorization))
  const client = testClient(t, { service, tokens })
  await client.fetch('/')
  client.advance(800_000)
  for (let i = 0; i < 20; i++) {
    client.advance(4000)
    t.equal(await (await client.fetch('/')).text(), 'Bearer token-1')
  }
  const asked = tokens.requests.length
  t.ok(asked > 1, 'and it was asked for the next one')
  for (let i = 0; i < 50; i++) await client.fetch('/')
  t.ok(tokens.requests.length <= asked + 1, 'but not by each call')
})

t.test('an aborted call does not take the token from the others', async (t) => {
  let reply: (() => void) | undefined
  const tokens = await startTokenServer(t, {
    answer: (response) => {
      reply = () => sendJson(response, 200, tokenAnswer('token-1', 100))
    },
  })
  const service = await startServer(t, (response, { headers }) => response.end(headers.authorization))
  const client = testClient(t, { service, tokens })
  const controller = new AbortController()
  const first = client.fetch('/', { signal: controller.signal })
  const second = client.fetch('/')
  await eventually(() => reply !== undefined)
  controller.abort(new Error('changed my mind'))
  await t.rejects(first, { message: 'changed my mind' })
  reply?.()
  t.equal(await (await second).text(), 'Bearer token-1')
  t.equal(tokens.requests.length, 1)
})
