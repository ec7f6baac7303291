import { inspect } from 'node:util'
import t from 'tap'
import { createServiceClient } from '../src/index.ts'
import { type Answer, deadUrl, sendJson, startServer } from './support/http-server.ts'
import { clientSecret, failureOf, testClient } from './support/test-client.ts'
import { issue, startTokenServer, tokenAnswer } from './support/token-server.ts'

const canaryToken = 'canary-token'
/** The secret and the token in every form in which they travel. */
const encoded = 'canary-secret%3A+%C3%BC%25%2B%26%2F%3D'
const basic = Buffer.from(`payroll:${encoded}`).toString('base64')
const secrets = [clientSecret, encoded, basic, basic.slice(-20), canaryToken, 'canary']

/** All that a log or a debugger could make of it. */
function shownOf(value: unknown): string {
  const texts = [
    inspect(value, { depth: 12, showHidden: true, getters: true }),
    String(value),
    JSON.stringify(value) ?? '',
  ]
  for (let each = value; each instanceof Error; each = each.cause) texts.push(each.message, each.stack ?? '')
  return texts.join('\n')
}

const leaks = (value: unknown): string[] => secrets.filter((secret) => shownOf(value).includes(secret))
const giveCanary: Answer = (reply) => sendJson(reply, 200, tokenAnswer(canaryToken, 100))

t.test('the client shows neither secret nor token, before its first call and after', async (t) => {
  const tokens = await startTokenServer(t, { answer: giveCanary })
  const service = await startServer(t, (reply) => reply.end())
  const client = testClient(t, { service, tokens })
  t.same(leaks(client), [])
  await (await client.fetch('/')).text()
  t.same(leaks(client), [])
})

t.test('a response shows neither, whether its body was read or not', async (t) => {
  const tokens = await startTokenServer(t, { answer: giveCanary })
  const service = await startServer(t, (reply) => reply.end('text'))
  const response = await testClient(t, { service, tokens }).fetch('/')
  t.same(leaks(response), [])
  t.same(leaks(response.body), [])
  await response.text()
  t.same(leaks(response), [])
})

const echo: Answer = (reply, { headers, body }) => sendJson(reply, 401, { error: `${headers.authorization} ${body}` })
const failures: { title: string; token?: Answer; service?: Answer | 'dead'; timeoutMs?: number }[] = [
  { title: 'a refused client', token: (reply) => sendJson(reply, 401, { error: 'invalid_client' }) },
  { title: 'a token endpoint that repeats what it was sent', token: echo },
  { title: 'a token endpoint that answers with a token in another format', token: (reply) => reply.end(canaryToken) },
  { title: 'a token endpoint that speaks no HTTP', token: (reply) => reply.socket?.end(`${canaryToken}\r\n\r\n`) },
  { title: 'a token endpoint that hangs', token: () => undefined, timeoutMs: 50 },
  { title: 'a token endpoint that hangs up', token: (reply) => reply.socket?.destroy() },
  { title: 'a service that refuses connections', service: 'dead' },
  { title: 'a service that hangs up', service: (reply) => reply.socket?.resetAndDestroy() },
  { title: 'a service that hangs', service: () => undefined, timeoutMs: 50 },
  {
    title: 'a service that speaks no HTTP and repeats the token',
    service: (reply, { headers }) => reply.socket?.end(`${headers.authorization}\r\n\r\n`),
  },
  {
    title: 'a service that answers with a header that is too long',
    service: (reply, { headers }) =>
      reply.writeHead(200, { 'x-a': `${headers.authorization}${'a'.repeat(20_000)}` }).end(),
  },
]

for (const { title, token = giveCanary, service: answer = giveCanary, timeoutMs = 2000 } of failures) {
  t.test(`${title}: the error and its causes show neither`, async (t) => {
    const tokens = await startTokenServer(t, { answer: token })
    const service = answer === 'dead' ? await deadUrl(t) : await startServer(t, answer)
    const error = await failureOf(testClient(t, { service, tokens, timeoutMs }).fetch('/employees?q=canary'))
    t.equal(error.name, 'ServiceCallError')
    t.same(leaks(error), [])
  })
}

t.test('a response that breaks off fails its reader without showing either', async (t) => {
  const tokens = await startTokenServer(t, { answer: giveCanary })
  const service = await startServer(t, (reply) => {
    reply.writeHead(200, { 'content-length': '100' }).write('part')
    setTimeout(() => reply.socket?.destroy(), 20)
  })
  const response = await testClient(t, { service, tokens }).fetch('/')
  const error = await response.text().catch((reason) => reason)
  t.ok(error instanceof Error)
  t.same(leaks(error), [])
})

t.test('the error of an unusable option names it and does not show its value', async (t) => {
  const good = { baseUrl: 'http://a.test', tokenUrl: 'http://b.test/token', clientId: 'payroll', clientSecret }
  const bad: Record<string, unknown[]> = {
    baseUrl: [
      undefined,
      '',
      'canary',
      'ftp://canary',
      'http://u:canary@a.test',
      'http://a.test?canary',
      'http://a.test#canary',
    ],
    tokenUrl: [undefined, '', 'canary', 'http://canary@b.test'],
    clientId: [undefined, '', 1],
    clientSecret: [undefined, '', 1, 'canary\ud800'],
    scope: ['', ' ', 'a  canary', 'a"canary', 'canary\n'],
    timeoutMs: [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31],
    tokenTimeoutMs: [0, Number.NaN],
    maxRetries: [-1, 0.5, Number.NaN],
  }
  for (const [name, values] of Object.entries(bad)) {
    for (const value of values) {
      const options = { ...good, [name]: value }
      t.throws(() => createServiceClient(options), { name: 'TypeError', message: new RegExp(`^${name} `) })
      try {
        createServiceClient(options)
      } catch (error) {
        t.same(leaks(error), [])
      }
    }
  }
})

t.test('nothing is written to the console', async (t) => {
  const written: unknown[] = []
  for (const stream of [process.stdout, process.stderr]) {
    t.intercept(stream, 'write', { value: (text: unknown) => written.push(text) > 0 })
  }
  const tokens = await startTokenServer(t, { answer: issue() })
  const service = await startServer(t, (reply) => reply.end())
  await testClient(t, { service, tokens }).fetch('/')
  t.notMatch(written.join(''), /canary|token-1/)
})
