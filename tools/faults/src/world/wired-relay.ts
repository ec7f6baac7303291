import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Scope } from '../scope.ts'
import type { Passing, Wire } from './tripwire.ts'

let connections = 0

type WiredRelayOptions = {
  readonly name: string
  /** Asked for each new connection. */
  readonly target: () => string
  readonly wire: Wire
}

/** A way to a server on which everything runs over a wire; returns its address. */
export async function wiredRelay(
  scope: Pick<Scope, 'teardown'>,
  { name, target, wire }: WiredRelayOptions,
): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const { hostname, port } = new URL(target())
    const upstream = connect({ host: hostname, port: Number(port), noDelay: true })
    client.setNoDelay(true)
    const connection = ++connections
    const relay = (from: Passing['from'], source: Socket, sink: Socket): void => {
      sockets.add(source)
      source.on('error', () => {})
      source.on('close', () => {
        sockets.delete(source)
        sink.destroy()
      })
      source.on('data', (bytes) => {
        const held = wire.pass({ relay: name, connection, from, bytes })
        if (held === undefined) return void sink.write(bytes)
        source.pause()
        held.finally(() => {
          sink.write(bytes)
          source.resume()
        })
      })
    }
    relay('client', client, upstream)
    relay('server', upstream, client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  scope.teardown(async () => {
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  })
  const url = new URL(target())
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)
  return url.href.replace(/\/$/, '')
}
