import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { Random, TestScope } from '@latchkey/harness'

/** Answers 502 of its own, before auth-service hears of a request. */
const BAD_GATEWAY = 0.3
/** auth-service has done its work, and its answer does not arrive. */
const LOST = 0.1

export type Network = {
  readonly origin: string
  /** Whether it fails: not unless set. */
  isFaulty: boolean
  /** How many requests failed so far. */
  readonly failed: { gateway: number; lost: number }
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** The way from a browser to auth-service, on one origin with the page, and everything that goes wrong on it. */
export async function startNetwork(
  scope: TestScope,
  { target, random, page }: { target: string; random: Random; page: (path: string) => Handler | undefined },
): Promise<Network> {
  const failed = { gateway: 0, lost: 0 }
  const network = { origin: '', isFaulty: false, failed }

  async function forward(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chance = network.isFaulty ? random.next() : 1
    const isHalf = random.chance(0.5)
    const sent = await buffer(incoming)
    if (chance < BAD_GATEWAY) {
      failed.gateway++
      return void outgoing.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad Gateway</h1>')
    }
    const { method, headers, url } = incoming
    const forwarded = httpRequest(new URL(url ?? '', target), { method, headers, agent: false }, async (answer) => {
      const body = await buffer(answer)
      if (chance >= BAD_GATEWAY + LOST)
        return void outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(body)
      failed.lost++
      if (!isHalf) return void outgoing.destroy()
      // The headers arrive, cookies among them, and the rest does not.
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      outgoing.write(body.subarray(0, body.length / 2), () => outgoing.destroy())
    })
    forwarded.on('error', () => outgoing.destroy())
    forwarded.end(sent)
  }

  const server = createServer((incoming, outgoing) => {
    // A connection for each request: on one that is used again, browsers themselves repeat what got no answer.
    outgoing.shouldKeepAlive = false
    const serve = page(incoming.url ?? '')
    if (serve) serve(incoming, outgoing)
    else forward(incoming, outgoing).catch(() => outgoing.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  scope.teardown(async () => {
    server.closeAllConnections()
    server.close()
  })
  network.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return network
}
