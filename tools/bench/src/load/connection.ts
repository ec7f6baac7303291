// A client of its own, beside stack's createHttpClient, because the load must cost less than the server that it measures.
// Per request, on the other core of the same machine: 25 µs here, 140 µs with node:http, 320 µs with fetch; bare Fastify
// needs 45 µs. 32 connections got 4,500, 1,900 and 840 answers a second (`busy` in the table of `npm run bench` shows
// whether the server was the bottleneck).
import { once } from 'node:events'
import { connect } from 'node:net'

export type Response = { readonly status: number; readonly body: string }

/** One kept-alive HTTP/1.1 connection, one request at a time. */
export type Connection = {
  /** Rejects when the connection is lost. */
  send(request: string): Promise<Response>
  close(): void
}

/** Understands what the measured servers send: a status line, headers with Content-Length, a body in ASCII. */
export async function openConnection(port: number): Promise<Connection> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  await once(socket, 'connect')
  socket.setEncoding('latin1')
  let received = ''
  let waiting: PromiseWithResolvers<Response> | undefined
  let failure: Error | undefined

  socket.on('data', (chunk: string) => {
    received += chunk
    const response = readResponse(received)
    if (response === undefined) return
    received = ''
    waiting?.resolve(response)
    waiting = undefined
  })
  const lost = (error: Error): void => {
    failure ??= error
    waiting?.reject(failure)
  }
  socket.on('error', lost)
  socket.on('close', () => lost(new Error('the server closed the connection')))

  return {
    send(request) {
      if (failure !== undefined) return Promise.reject(failure)
      waiting = Promise.withResolvers<Response>()
      socket.write(request, 'latin1')
      return waiting.promise
    },
    close: () => socket.destroy(),
  }
}

const LENGTH = /\r\ncontent-length: (\d+)/i

function readResponse(text: string): Response | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const head = text.slice(0, end)
  const length = Number(LENGTH.exec(head)?.[1])
  if (Number.isNaN(length)) throw new Error(`a response without Content-Length:\n${head}`)
  if (text.length < end + 4 + length) return undefined
  return { status: Number(head.slice(9, 12)), body: text.slice(end + 4) }
}
