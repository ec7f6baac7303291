import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestScope } from '@latchkey/test-kit'

export type TestServer = {
  readonly url: string
  /** What arrived so far: method, path and Authorization of each request. */
  readonly received: { readonly method: string; readonly path: string; readonly authorization: string | undefined }[]
}

/** Another service than auth-service. */
export async function startServer(
  t: TestScope,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<TestServer> {
  const received: TestServer['received'] = []
  const server = createServer((request, response) => {
    const { method = '', url: path = '', headers } = request
    received.push({ method, path, authorization: headers.authorization })
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(async () => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received }
}

export const sendJson = (response: ServerResponse, status: number, body: object, headers = {}): void =>
  void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
