import { once } from 'node:events'
import { connect } from 'node:net'
import { eventually } from '@latchkey/test-kit'
import t from 'tap'
import { listen, openApp } from './fixtures/open-app.ts'

let started = 0
let release = Promise.withResolvers<void>()
const { app, requestLines } = await openApp(
  t,
  (app) => {
    app.get('/held', async () => {
      started++
      await release.promise
      return { number: started }
    })
    app.get('/number/:number', async ({ params }) => params)
  },
  { requestTimeoutMs: 60_000 },
)
const port = Number(new URL(await listen(app)).port)

const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nhost: localhost\r\n${more}\r\n`

/** Sends requests without waiting for answers. @returns all that is answered until the server closes the connection */
function sendAhead(...requests: string[]): { readonly answer: Promise<string> } {
  const socket = connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  socket.on('error', () => {})
  socket.write(requests.join(''))
  return { answer: once(socket, 'close').then(() => Buffer.concat(chunks).toString()) }
}

t.test('requests that a client sends ahead are answered in their order', async (t) => {
  const numbers = Array.from({ length: 32 }, (_, number) => String(number))
  const { answer } = sendAhead(
    ...numbers.slice(0, -1).map((number) => get(`/number/${number}`)),
    get('/number/31', 'connection: close\r\n'),
  )
  const answered = [...(await answer).matchAll(/\{"number":"(\d+)"\}/g)].map(([, number]) => number)
  t.same(answered, numbers)
})

t.test('of a connection with too many requests ahead some are served, one is 429, and it is closed', async (t) => {
  const { answer } = sendAhead(...Array<string>(1000).fill(get('/held')))
  t.ok(await eventually(async () => requestLines().some(({ status }) => status === 429)))
  t.equal(started, 32, 'no more than these are worked at')
  t.match(await (await fetch(`http://127.0.0.1:${port}/number/7`)).json(), { number: '7' })
  release.resolve()
  const answers = (await answer).split(/(?=HTTP\/1\.1 )/)
  t.equal(answers.filter((each) => each.startsWith('HTTP/1.1 200')).length, 32)
  t.equal(answers.length, 33)
  const [head = '', body = ''] = (answers[32] ?? '').split('\r\n\r\n')
  t.match(head, /^HTTP\/1\.1 429 /)
  for (const header of ['retry-after: 1', 'connection: close', 'x-content-type-options: nosniff', 'x-request-id: ']) {
    t.match(head, new RegExp(`^${header}`, 'm'))
  }
  t.match(head, 'ratelimit-policy: "pipelining";q=32;qu="concurrent-requests"')
  t.match(JSON.parse(body), { status: 429, code: 'too_many_requests', requestId: /^\S+$/ })
})

t.test('a connection that waits for answers has any number of requests', async (t) => {
  release = Promise.withResolvers()
  release.resolve()
  const socket = connect(port, '127.0.0.1')
  t.teardown(() => socket.destroy())
  for (let n = 0; n < 40; n++) {
    socket.write(get('/number/1'))
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    if (!chunk.toString().startsWith('HTTP/1.1 200')) t.fail(chunk.toString())
  }
})
