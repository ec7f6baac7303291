import { connect } from 'node:net'
import type { AppInstance } from '@latchkey/service-kit'

export type RawReply = { status: number; headers: Record<string, string>; body: string }

/** Sends these header lines just as they stand over a real connection, and reads the reply to its end. */
export async function sendRaw(
  app: AppInstance,
  requestLine: string,
  headerLines: string[],
  body = '',
): Promise<RawReply> {
  if (!app.server.listening) await app.listen({ port: 0, host: '127.0.0.1' })
  const address = app.server.address()
  if (typeof address !== 'object' || address === null) throw new Error('not listening')
  const lines = [`${requestLine} HTTP/1.1`, 'Host: api.test', 'Connection: close', ...headerLines, '', body]
  const socket = connect(address.port, '127.0.0.1')
  socket.setEncoding('latin1').write(lines.join('\r\n'), 'latin1')
  let text = ''
  for await (const chunk of socket) text += chunk
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const [statusLine = '', ...fields] = head.split('\r\n')
  const headers = Object.fromEntries(
    fields.map((field) => [field.slice(0, field.indexOf(':')).toLowerCase(), field.slice(field.indexOf(':') + 2)]),
  )
  return { status: Number(statusLine.split(' ')[1]), headers, body: rest.join('\r\n\r\n') }
}
