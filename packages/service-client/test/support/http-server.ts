import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'

export type ReceivedRequest = { method: string; path: string; headers: IncomingHttpHeaders; body: string }

/** Answers the nth request, counted from 1. */
export type Answer = (reply: ServerResponse, request: ReceivedRequest, n: number) => void

export type TestServer = {
  url: string
  /** Every request so far, with its body. */
  requests: ReceivedRequest[]
  server: Server
}

/** The part of a tap test that cleaning up needs. */
export type Scope = { teardown(handler: () => unknown): unknown }

/** A real server on a free port of 127.0.0.1, closed when the test ends. */
export async function startServer(t: Scope, answer: Answer, port = 0): Promise<TestServer> {
  const requests: ReceivedRequest[] = []
  const server = createServer(async (request, reply) => {
    const { method = '', url: path = '', headers } = request
    const body = await readBody(request)
    const received = { method, path, headers, body }
    requests.push(received)
    answer(reply, received, requests.length)
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('not listening')
  return { url: `http://127.0.0.1:${address.port}`, requests, server }
}

/** An address that refuses connections. */
export async function deadUrl(t: Scope): Promise<string> {
  const { url, server } = await startServer(t, (reply) => reply.end())
  await new Promise((resolve) => server.close(resolve))
  return url
}

export function sendJson(reply: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}) {
  reply.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = ''
  try {
    for await (const chunk of request) body += chunk
  } catch {
    // The client went away.
  }
  return body
}
