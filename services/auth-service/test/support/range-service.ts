import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** As a range service has it: 40 hexadecimal digits in capitals. */
export const sha1 = (password: string): string => createHash('sha1').update(password).digest('hex').toUpperCase()

/** What a range service on loopback does with a request: a text is the whole answer, without one it goes on as it likes. */
export type RangeHandler = (range: string, response: ServerResponse) => string | undefined

/** `asked` has the paths of the requests so far, `open` the number of its connections. */
export async function startRangeService(
  t: { teardown(fn: () => void): void },
  answer: RangeHandler,
): Promise<{ url: string; asked: string[]; open: () => number }> {
  const asked: string[] = []
  let open = 0
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    const text = answer((request.url ?? '').slice('/range/'.length), response)
    if (text !== undefined) response.end(text)
  })
  server.on('connection', (socket) => {
    open++
    socket.on('close', () => open--)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/range/`, asked, open: () => open }
}
