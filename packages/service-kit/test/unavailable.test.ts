import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { unavailable } from '@latchkey/problems'
import t from 'tap'
import { assertProblem, listen, openApp } from './fixtures/open-app.ts'

const down = Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:5432'), { code: 'ECONNREFUSED' })
const { promise: released, resolve: release } = Promise.withResolvers<void>()
const { promise: lateReleased, resolve: releaseLate } = Promise.withResolvers<void>()
const ended = Promise.withResolvers<void>()
let begun = false

const { app, requestLines, logText } = await openApp(
  t,
  (app) => {
    app.get('/down', async () => {
      throw down
    })
    app.get('/shed', async () => {
      throw unavailable(new Error('too busy'), 7)
    })
    app.get('/hangs', async () => {
      await released
      return { late: true }
    })
    app.get('/patient', { config: { timeoutMs: 60_000 } }, async () => {
      await sleep(150)
      return { fine: true }
    })
    app.get('/extended', async (_, reply) => {
      reply.extendDeadline(60_000)
      await sleep(150)
      return { fine: true }
    })
    app.get('/late', async (_, reply) => {
      await lateReleased
      try {
        reply.extendDeadline(60_000)
        begun = true
      } finally {
        ended.resolve()
      }
    })
    app.register(async (scope) => {
      scope.setErrorHandler(async (error) => {
        await sleep(20)
        throw error
      })
      scope.get('/scoped', async () => {
        await released
        return { late: true }
      })
    })
    app.post('/body', async () => ({ fine: true }))
  },
  { requestTimeoutMs: 100, isUnavailable: (error) => error === down },
)

t.test('an unreachable dependency is 503 with Retry-After', async (t) => {
  const response = await app.inject('/down')
  assertProblem(t, response, 503, 'unavailable')
  t.equal(response.headers['retry-after'], '1')
  t.notMatch(response.body, '10.0.0.7')
  t.match(requestLines().at(-1), { level: 40, status: 503, err: { code: 'ECONNREFUSED' } })
})

t.test('who sheds load says when to come back', async (t) => {
  const response = await app.inject('/shed')
  assertProblem(t, response, 503, 'unavailable')
  t.equal(response.headers['retry-after'], '7')
  t.match(requestLines().at(-1), { err: { message: 'too busy' } })
})

t.test(
  'a request that is not answered in time is 503 also where the errors of its scope are handled asynchronously',
  async (t) => {
    const response = await app.inject('/scoped')
    assertProblem(t, response, 503, 'unavailable')
  },
)

t.test('a request that is not answered in time is 503, and what its handler still says is dropped', async (t) => {
  const response = await app.inject('/hangs?q=canary')
  assertProblem(t, response, 503, 'unavailable')
  t.equal(response.headers['retry-after'], '1')
  const lines = logText().split('\n').length
  release()
  await new Promise(setImmediate)
  t.equal(logText().split('\n').length, lines)
  t.notMatch(logText(), 'canary')
})

t.test('a route may take longer', async (t) => {
  t.same((await app.inject('/patient')).json(), { fine: true })
})

t.test('a handler may extend its time, but not once it is over', async (t) => {
  t.same((await app.inject('/extended')).json(), { fine: true })
  assertProblem(t, await app.inject('/late'), 503, 'unavailable')
  releaseLate()
  await ended.promise
  t.not(begun, true)
  await new Promise(setImmediate)
  const late = logText().match(/^.*Promise errored.*$/gm) ?? []
  t.match(
    late.map((line) => JSON.parse(line)),
    [{ level: 40 }],
    'the caller was told: it is no error any more',
  )
})

t.test('a body that never arrives is the time-out of the caller', async (t) => {
  const { port } = new URL(await listen(app))
  const socket = connect(Number(port), '127.0.0.1')
  socket.write('POST /body HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{')
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  await once(socket, 'close')
  const answer = Buffer.concat(chunks).toString()
  t.match(answer, 'HTTP/1.1 408')
  t.match(answer, '"code":"request_timeout"')
})
