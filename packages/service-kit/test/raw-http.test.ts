import { once } from 'node:events'
import { connect } from 'node:net'
import t from 'tap'
import { assertProblem, listen, openApp } from './fixtures/open-app.ts'

const { app } = await openApp(t, (app) => {
  app.get('/ok', async () => ({ fine: true }))
})
const { port } = new URL(await listen(app))

type Answer = { statusCode: number; headers: Record<string, string>; body: string }

/** Sends bytes unchanged and reads until the server closes. */
async function send(text: string): Promise<Answer> {
  const socket = connect(Number(port), '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  socket.on('error', () => {})
  socket.end(text)
  await once(socket, 'close')
  const [head = '', body = ''] = Buffer.concat(chunks).toString().split('\r\n\r\n')
  const [status = '', ...lines] = head.split('\r\n')
  const headers = lines.map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  })
  return { statusCode: Number(status.split(' ')[1]), headers: Object.fromEntries(headers), body }
}

const cases: [title: string, request: string, status: number, code: string][] = [
  ['what is no HTTP', 'GARBAGE\r\n\r\n', 400, 'invalid_request'],
  ['a space in the address', 'GET /a b HTTP/1.1\r\nhost: a\r\n\r\n', 400, 'invalid_request'],
  [
    'two lengths of one body',
    'POST /ok HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}',
    400,
    'invalid_request',
  ],
  ['a request without Host', 'GET /ok HTTP/1.1\r\n\r\n', 400, 'invalid_request'],
  ['headers without end', `GET /ok HTTP/1.1\r\nhost: a\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`, 431, 'headers_too_large'],
  [
    'an expectation that we do not know',
    'GET /ok HTTP/1.1\r\nhost: a\r\nexpect: magic\r\n\r\n',
    417,
    'expectation_failed',
  ],
  ['a URL that cannot be decoded', 'GET /%zz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n', 400, 'invalid_request'],
  ['a TRACE request', 'TRACE /ok HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n', 405, 'method_not_allowed'],
  ['a method of WebDAV', 'PROPFIND /ok HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n', 405, 'method_not_allowed'],
]

for (const [title, request, status, code] of cases) {
  t.test(`${title} gets a problem document, too: ${status} ${code}`, async (t) => {
    const answer = await send(request)
    assertProblem(t, answer, status, code)
    t.equal(answer.headers['x-content-type-options'], 'nosniff')
    t.equal(Number(answer.headers['content-length']), Buffer.byteLength(answer.body))
  })
}

for (const [title, request, status] of [
  ['headers without end', `HEAD /ok HTTP/1.1\r\nhost: a\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
  ['an expectation that we do not know', 'HEAD /ok HTTP/1.1\r\nhost: a\r\nexpect: magic\r\n\r\n', 417],
  ['two lengths of one body', 'HEAD /ok HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n', 400],
] as const) {
  t.test(`${title} in a HEAD request: ${status} without a body`, async (t) => {
    const { statusCode, headers, body } = await send(request)
    t.equal(statusCode, status)
    t.equal(body, '')
    t.match(headers['content-type'], 'application/problem+json')
  })
}

t.test('a header named __proto__ does nothing', async (t) => {
  const answer = await send(
    'GET /ok HTTP/1.1\r\nhost: a\r\n__proto__: x\r\nconstructor: y\r\nconnection: close\r\n\r\n',
  )
  t.equal(answer.statusCode, 200)
})

t.test('an HTTP/1.0 request needs no Host', async (t) => {
  t.equal((await send('GET /ok HTTP/1.0\r\n\r\n')).statusCode, 200)
})
