import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** As a range service has it: 40 hexadecimal digits in capitals. */
export const sha1 = (password: string): string => createHash('sha1').update(password).digest('hex').toUpperCase()

/** A range service for breached passwords on loopback; without an answer for a range it stays silent. */
export async function startRangeService(
  t: { teardown(fn: () => void): void },
  answer: (range: string) => string | undefined,
): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    const text = answer((request.url ?? '').slice('/range/'.length))
    if (text !== undefined) response.end(text)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/range/`, asked }
}
