import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { createHttpClient } from '../src/index.ts'

async function serverWith(t: Test, listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Answers with what it got. */
const mirror: RequestListener = async (request: IncomingMessage, response) => {
  const { method, url, headers } = request
  const { authorization, 'content-type': type } = headers
  response.setHeader('retry-after', '7')
  response.statusCode = 418
  response.end(JSON.stringify({ method, url, authorization, type, body: await text(request) }))
}

t.test('JSON goes out with a token and comes back parsed, whatever the status', async (t) => {
  const url = await serverWith(t, mirror)
  const { status, headers, body } = await createHttpClient().request(`${url}/a?b=c`, { token: 'abc', body: { d: 'é' } })
  t.equal(status, 418)
  t.equal(headers['retry-after'], '7')
  const type = 'application/json'
  t.same(body, { method: 'POST', url: '/a?b=c', authorization: 'Bearer abc', type, body: '{"d":"é"}' })
})

t.test('a Buffer goes out as it is, and a request without a body is a GET', async (t) => {
  const client = createHttpClient()
  const url = await serverWith(t, mirror)
  const headers = { 'content-type': 'text/csv' }
  const csv = await client.request(url, { method: 'PUT', headers, body: Buffer.from('a,b\n') })
  t.match(csv.body, { method: 'PUT', type: 'text/csv', body: 'a,b\n' })
  t.match((await client.request(url)).body, { method: 'GET', body: '' })
})

t.test('a body that is no JSON object is text, and an empty object', async (t) => {
  for (const written of ['', 'plain', '"text"', 'null']) {
    const url = await serverWith(t, (_request, response) => response.end(written))
    const { text, body } = await createHttpClient().request(url)
    t.equal(text, written)
    t.same(body, {})
  }
})

t.test('each request has its own connection, unless the client keeps them', async (t) => {
  const ports = new Set<unknown>()
  const url = await serverWith(t, (request, response) => {
    ports.add(request.socket.remotePort)
    response.end()
  })
  const own = createHttpClient()
  for (let n = 0; n < 3; n++) await own.request(url)
  t.equal(ports.size, 3)

  ports.clear()
  const kept = createHttpClient({ keepAlive: true })
  t.teardown(() => kept.close())
  for (let n = 0; n < 3; n++) await kept.request(url)
  t.equal(ports.size, 1)
})

t.test('a server that stops waits for no client that was closed', async (t) => {
  const server = createServer((_request, response) => response.end())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = createHttpClient({ keepAlive: true })
  await client.request(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const connections = () => new Promise((resolve) => server.getConnections((_error, count) => resolve(count)))
  t.equal(await connections(), 1)
  client.close()
  await new Promise((resolve) => server.close(resolve))
})

t.test('a response that does not end in time is an error that names the address', async (t) => {
  const silent = await serverWith(t, () => {})
  const endless = await serverWith(t, (_request, response) => response.write('{'))
  for (const url of [silent, endless]) {
    const message = `no complete response from ${url} within 50 ms`
    await t.rejects(createHttpClient({ timeoutMs: 50 }).request(url), { message })
  }
})

t.test('a broken connection is an error with its code', async (t) => {
  const url = await serverWith(t, (request) => request.socket.destroy())
  await t.rejects(createHttpClient().request(url), { code: 'ECONNRESET' })
})

t.test('a stream leaves the body to the caller', async (t) => {
  const url = await serverWith(t, (_request, response) => {
    response.write('one,')
    response.end('two')
  })
  const response = await createHttpClient().stream(url)
  t.equal(await text(response), 'one,two')
})
