import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { TestScope } from './test-environment.ts'

/** A TCP connection on the way to a server, for everything that can go wrong on the way. */
export type CuttableProxy = {
  /** The target's address with the proxy's host and port in it. */
  readonly url: string
  /**
   * Lets the next request through and loses the answer: the connection is cut when it arrives. With `to`, only the answer
   * to a request that has this text in it. Resolves once an answer was lost.
   */
  swallowNextReply(to?: string): Promise<void>
  /** Closes every open connection; new ones work. */
  cut(): void
  /** Nothing passes in either direction any more, nothing is closed either; new connections hang too. */
  hang(): void
  /** Closes every connection and accepts no new one. */
  refuse(): Promise<void>
  /** Everything passes again; what hung arrives late. */
  restore(): Promise<void>
}

/** Listens on a free port of 127.0.0.1 and passes everything to the server of this URL, until told otherwise. */
export async function cuttableProxy(t: TestScope, targetUrl: string): Promise<CuttableProxy> {
  const target = new URL(targetUrl)
  const sockets = new Set<Socket>()
  let hanging = false
  let swallow: { to: string; done: () => void } | undefined

  const server = createServer((client) => {
    const upstream = connect({ host: target.hostname, port: Number(target.port) })
    let losesReply = false
    client.on('data', (chunk) => {
      losesReply ||= swallow !== undefined && chunk.includes(swallow.to)
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      if (!losesReply || swallow === undefined) return void client.write(chunk)
      swallow.done()
      swallow = undefined
      client.destroy()
    })
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
      if (hanging) socket.pause()
    }
  })
  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  const refuse = async (): Promise<void> => {
    const closed = server.listening ? once(server, 'close') : undefined
    server.close()
    cut()
    await closed
  }

  await listen(0)
  const { port } = server.address() as AddressInfo
  t.teardown(refuse)
  const url = new URL(targetUrl)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  return {
    url: url.href,
    cut,
    refuse,
    swallowNextReply(to = '') {
      const { promise, resolve } = Promise.withResolvers<void>()
      swallow = { to, done: resolve }
      return promise
    },
    hang() {
      hanging = true
      for (const socket of sockets) socket.pause()
    },
    async restore() {
      hanging = false
      for (const socket of sockets) socket.resume()
      if (!server.listening) await listen(port)
    },
  }
}
