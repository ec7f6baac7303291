import { once } from 'node:events'
import { connect } from 'node:net'
import { captureLogs } from '@latchkey/test-kit'
import type { FastifyReply } from 'fastify'
import t from 'tap'
import { createLogger } from '../src/logging/logger.ts'
import { listen, openApp } from './fixtures/open-app.ts'

const CANARY = 'canary-3f9c'

const { app, requestLines, logText } = await openApp(t, (app) => {
  app.post('/things/:id', async (request) => {
    request.logFields = { userId: 'u1' }
    return { fine: true }
  })
  app.get('/throws', async () => {
    throw Object.assign(new Error('driver failed'), { parameters: [CANARY], command: { args: [CANARY] } })
  })
  app.get('/logs', async (request) => {
    request.log.info({ refreshToken: CANARY, nested: [{ password: CANARY, name: 'kept' }], req: request }, 'careless')
    return { fine: true }
  })
  app.get('/named', { config: { operation: 'read_thing' } }, async () => ({ fine: true }))
  app.get('/never', { config: { quiet: true } }, async () => new Promise(() => {}))
})

async function lineOf(requestId: unknown): Promise<Record<string, unknown> | undefined> {
  const lines = requestLines().filter((line) => line.requestId === requestId)
  t.equal(lines.length, 1, 'exactly one line')
  return lines[0]
}

t.test('a request is one line: what, how it went, how long, for whom', async (t) => {
  const response = await app.inject({ method: 'POST', url: '/things/7', payload: {} })
  t.match(await lineOf(response.headers['x-request-id']), {
    level: 30,
    service: 'test-service',
    method: 'POST',
    path: '/things/7',
    route: '/things/:id',
    status: 200,
    durationMs: Number,
    remoteAddress: '127.0.0.1',
    userId: 'u1',
  })
})

t.test(
  'many that are 429 have the first line of one address and operation, and one that counts the others',
  async (t) => {
    const logs = captureLogs()
    const { app } = await openApp(
      t,
      (app) => {
        const refuse = async (_request: unknown, reply: FastifyReply) => reply.code(429).send()
        app.get('/refused', { config: { operation: 'ask' } }, refuse)
        app.get('/also', { config: { operation: 'ask_more' } }, refuse)
      },
      { logger: { level: 'info', stream: logs.stream }, trustProxy: ['127.0.0.1'] },
    )
    const ask = (url: string, address: string) => app.inject({ url, headers: { 'x-forwarded-for': address } })
    for (let n = 0; n < 50; n++) await ask('/refused', '192.0.2.1')
    await ask('/refused', '192.0.2.2')
    await ask('/also', '192.0.2.1')
    await app.close()
    const lines = logs.lines().filter(({ status }) => status === 429)
    const requests = lines.filter(({ msg }) => msg === 'request')
    t.strictSame(
      requests.map(({ operation, remoteAddress }) => [operation, remoteAddress]),
      [
        ['ask', '192.0.2.1'],
        ['ask', '192.0.2.2'],
        ['ask_more', '192.0.2.1'],
      ],
    )
    const others = lines.filter(({ msg }) => msg === 'requests refused')
    t.equal(others.length, 1)
    t.match(others[0], { level: 30, operation: 'ask', remoteAddress: '192.0.2.1', count: 49, seconds: 10 })
  },
)

t.test('the line of a route that names its operation has that name', async (t) => {
  const named = await app.inject('/named')
  t.equal((await lineOf(named.headers['x-request-id']))?.operation, 'read_thing')
  const nameless = await app.inject({ method: 'POST', url: '/things/7', payload: {} })
  t.notHas(await lineOf(nameless.headers['x-request-id']), { operation: String })
})

t.test('query strings, headers, cookies, bodies and what drivers hang on errors are never logged', async (t) => {
  const headers = { authorization: `Bearer ${CANARY}`, cookie: `a=${CANARY}`, 'x-other': CANARY }
  for (const url of [`/things/7?q=${CANARY}`, `/nowhere?q=${CANARY}`, `/throws?q=${CANARY}`, `/logs?q=${CANARY}`]) {
    await app.inject({ method: 'POST', url, headers, payload: { password: CANARY } })
    await app.inject({ method: 'GET', url, headers })
  }
  t.match(logText(), 'careless')
  t.match(logText(), 'kept')
  t.match(logText(), 'driver failed')
  t.notMatch(logText(), CANARY)
})

t.test('a forged line in an address stays one line', async (t) => {
  const before = requestLines().length
  await app.inject('/a%0d%0a%7b%22level%22:30%7d%e2%80%a8')
  t.equal(requestLines().length, before + 1)
})

t.test('a path without end is cut', async (t) => {
  const response = await app.inject(`/${'a'.repeat(5000)}`)
  t.equal(String((await lineOf(response.headers['x-request-id']))?.path).length, 200)
})

t.test('probes and scrapes are logged at debug', async (t) => {
  for (const path of ['/metrics', '/docs', '/openapi.json']) {
    const response = await app.operations.inject(path)
    t.match(await lineOf(response.headers['x-request-id']), { level: 20, path })
  }
})

t.test('a client that leaves before its answer is logged, too', async (t) => {
  const { port } = new URL(await listen(app))
  const socket = connect(Number(port), '127.0.0.1')
  socket.write('GET /never HTTP/1.1\r\nhost: a\r\nx-request-id: leaver\r\n\r\n')
  await once(app.server, 'request')
  socket.destroy()
  while (!requestLines().some(({ requestId }) => requestId === 'leaver')) await new Promise(setImmediate)
  t.match(await lineOf('leaver'), { status: 499, path: '/never' })
})

t.test('an error is logged with its causes, and what is no error without its content', async (t) => {
  const logs = captureLogs()
  const logger = createLogger('x', { level: 'info', stream: logs.stream })
  logger.error({ err: new AggregateError([new Error('part')], 'whole', { cause: new Error('root') }) })
  logger.error({ err: { password: CANARY } })
  const [first, second] = logs.lines()
  t.match(first, {
    err: { type: 'AggregateError', message: 'whole', cause: { message: 'root' }, errors: [{ message: 'part' }] },
  })
  t.match(second, { err: { type: 'object' } })
  t.notMatch(logs.text(), CANARY)
})
