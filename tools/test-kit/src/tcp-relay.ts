import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { sleep, type TestScope } from '@latchkey/harness'
import { createLostReplies, type LostReply, type WhichReply } from './lost-reply.ts'

/** Bytes that arrived at a relay at once, before they are passed on. */
export type RelayedChunk = {
  /** Name of the relay. */
  readonly relay: string
  /** Name of the relay and number of the connection: unique as long as names are. */
  readonly connection: string
  readonly from: 'client' | 'server'
  readonly bytes: Buffer
}

export type TcpRelayOptions = {
  readonly name?: string
  /**
   * Sees every chunk. What it returns is awaited before the chunk, and all that follows it, is passed on; when one end goes in that time
   * nothing is, and the other end is closed at once.
   */
  readonly onChunk?: (chunk: RelayedChunk) => Promise<void> | undefined
  /** Called for each connection. What it returns sees every chunk in order, and says what is passed on of it. */
  readonly intercept?: () => Interceptor
}

export type Interceptor = (from: RelayedChunk['from'], bytes: Buffer) => Intercepted

export type Intercepted = {
  /** What is passed on; it may differ from what arrived. */
  readonly bytes: Buffer
  /** Both ends are cut after that. */
  readonly isCut?: boolean
}

/** A TCP connection to a server by way of this process, for everything that can go wrong between the two. */
export type TcpRelay = {
  /** The server's address, with the relay's host and port in it. */
  readonly url: string
  /** Closes every open connection; new ones work. */
  cut(): void
  /** Passes nothing on in either direction and closes nothing; new connections hang too. */
  hang(): void
  /** Closes every connection and accepts no new one. */
  refuse(): Promise<void>
  /** Passes everything on again; what hung arrives late. */
  restore(): Promise<void>
  /** From now on whatever arrives is passed on so many milliseconds later, in order; the function is called for each chunk. */
  slow(delayMs: () => number): void
  /** Cuts every connection; new ones lead to another server, as after a fail-over. */
  switchTo(targetUrl: string): void
  /** Loses one reply: the server has done its work, and the connection is cut before the client learns of it. */
  loseReply(which?: WhichReply): LostReply
}

/**
 * Listens on a free port of 127.0.0.1 and passes everything on, until the test ends.
 *
 * @param target where connections lead; a function is called for each of them
 */
export async function tcpRelay(
  t: TestScope,
  target: string | (() => string),
  { name = 'relay', onChunk, intercept }: TcpRelayOptions = {},
): Promise<TcpRelay> {
  let targetUrl = typeof target === 'string' ? () => target : target
  const sockets = new Set<Socket>()
  const replies = createLostReplies()
  let connections = 0
  let isHanging = false
  let delay: (() => number) | undefined

  const server = createServer((client) => {
    const { hostname, port } = new URL(targetUrl())
    const upstream = connect({ host: hostname, port: Number(port) })
    const connection = `${name}#${++connections}`
    const loses = replies.ofConnection()
    const intercepts = intercept?.()
    let isCut = false

    const pass = (from: RelayedChunk['from'], source: Socket, sink: Socket): void => {
      /** What arrived after a chunk that is held. It is read, because a socket that is not read does not show that its other end is gone. */
      let behind: Buffer[] | undefined

      function passOn(arrived: Buffer): void {
        if (isCut) return
        if (loses(from, arrived)) return void client.destroy()
        const intercepted = intercepts?.(from, arrived)
        const bytes = intercepted?.bytes ?? arrived
        if (intercepted?.isCut) {
          isCut = true
          return void sink.write(bytes, () => client.destroy())
        }
        const held = onChunk?.({ relay: name, connection, from, bytes })
        if (held === undefined) return void sink.write(bytes)
        behind = []
        held.finally(() => {
          const next = behind ?? []
          behind = undefined
          if (!sink.destroyed) sink.write(bytes)
          for (const each of next) receive(each)
        })
      }
      function receive(bytes: Buffer): void {
        if (sink.destroyed) return
        if (behind === undefined) passOn(bytes)
        else behind.push(bytes)
      }
      let late: Promise<void> | undefined
      let dueAt = 0
      function arrive(bytes: Buffer): void {
        if (delay === undefined && late === undefined) return void receive(bytes)
        dueAt = Math.max(dueAt, performance.now() + (delay?.() ?? 0))
        const due = dueAt
        const own = (late ?? Promise.resolve()).then(async () => {
          await sleep(Math.max(0, due - performance.now()))
          receive(bytes)
          if (late === own) late = undefined
        })
        late = own
      }

      sockets.add(source)
      source.setNoDelay(true)
      source.on('error', () => {})
      source.on('close', () => {
        sockets.delete(source)
        sink.destroy()
      })
      source.on('data', arrive)
      if (isHanging) source.pause()
    }
    pass('client', client, upstream)
    pass('server', upstream, client)
  })

  async function listen(port: number): Promise<number> {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  async function refuse(): Promise<void> {
    const closed = server.listening ? once(server, 'close') : undefined
    server.close()
    cut()
    await closed
  }

  const port = await listen(0)
  t.teardown(refuse)
  return {
    url: at(targetUrl(), port),
    cut,
    refuse,
    hang() {
      isHanging = true
      for (const socket of sockets) socket.pause()
    },
    slow(delayMs) {
      delay = delayMs
    },
    async restore() {
      isHanging = false
      delay = undefined
      for (const socket of sockets) socket.resume()
      if (!server.listening) await listen(port)
    },
    switchTo(url) {
      targetUrl = () => url
      cut()
    },
    loseReply: replies.lose,
  }
}

function at(url: string, port: number): string {
  const here = new URL(url)
  here.hostname = '127.0.0.1'
  here.port = String(port)
  // An address without a path gets none.
  return url.endsWith('/') ? here.href : here.href.replace(/\/$/, '')
}
