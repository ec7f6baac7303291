import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Scope } from '../scope.ts'

export type RelayOptions = {
  /** Asked for each new connection. */
  readonly target: () => string
  /** Sees what a server sends before the client does; false loses it, and cuts the connection. */
  readonly onReply?: () => boolean
}

/** A way to a server that leads through here. */
export type TcpRelay = {
  /** The target's address with the relay's host and port in it. */
  readonly url: string
  /** Closes every connection; new ones work. */
  cut(): void
}

/** Listens on a free port of 127.0.0.1 and passes everything on, until the scope is closed. */
export async function tcpRelay(scope: Scope, { target, onReply = () => true }: RelayOptions): Promise<TcpRelay> {
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const { hostname, port } = new URL(target())
    const upstream = connect({ host: hostname, port: Number(port), noDelay: true })
    client.setNoDelay(true)
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
    }
    client.on('data', (chunk) => upstream.write(chunk))
    upstream.on('data', (chunk) => {
      if (onReply()) client.write(chunk)
      else client.destroy()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  scope.teardown(async () => {
    const closed = once(server, 'close')
    server.close()
    cut()
    await closed
  })
  const url = new URL(target())
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)
  return { url: url.href, cut }
}
