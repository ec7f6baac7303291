import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { AppInstance } from '@latchkey/service-kit'

/** Listens on a free port; the app's own close ends it. */
export async function listening(app: AppInstance): Promise<number> {
  await app.listen({ host: '127.0.0.1', port: 0 })
  return (app.server.address() as AddressInfo).port
}

/** A request whose body is sent piece by piece, over a connection of its own. */
export function openRequest(
  port: number,
  path: string,
  headers: Record<string, string>,
  method = 'POST',
): ClientRequest {
  const client = request({ port, path, method, headers, agent: false })
  // Some tests cut it.
  client.on('error', () => {})
  return client
}

export async function answerOf(client: ClientRequest): Promise<{ status: number | undefined; body: string }> {
  const [response] = (await once(client, 'response')) as [IncomingMessage]
  return { status: response.statusCode, body: await text(response) }
}
