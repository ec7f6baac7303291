import { once } from 'node:events'
import { connect } from 'node:net'

export type Answer = { readonly status: number; readonly body: string }

/** One kept-alive HTTP/1.1 connection, one request at a time. */
export type Connection = {
  /** Rejects when the connection is lost. */
  send(request: string): Promise<Answer>
  close(): void
}

/**
 * Less than any HTTP client does, so that a single core can ask faster than the measured one can answer. It understands
 * what the measured servers send: a status line, headers with Content-Length, a body in ASCII.
 */
export async function openConnection(port: number): Promise<Connection> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  await once(socket, 'connect')
  socket.setEncoding('latin1')
  let received = ''
  let waiting: PromiseWithResolvers<Answer> | undefined
  let failure: Error | undefined

  socket.on('data', (chunk: string) => {
    received += chunk
    const answer = readAnswer(received)
    if (answer === undefined) return
    received = ''
    waiting?.resolve(answer)
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
      waiting = Promise.withResolvers<Answer>()
      socket.write(request, 'latin1')
      return waiting.promise
    },
    close: () => socket.destroy(),
  }
}

const LENGTH = /\r\ncontent-length: (\d+)/i

function readAnswer(text: string): Answer | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const head = text.slice(0, end)
  const length = Number(LENGTH.exec(head)?.[1])
  if (Number.isNaN(length)) throw new Error(`an answer without Content-Length:\n${head}`)
  if (text.length < end + 4 + length) return undefined
  return { status: Number(head.slice(9, 12)), body: text.slice(end + 4) }
}
