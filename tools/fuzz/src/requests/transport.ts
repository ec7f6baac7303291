import { Agent, request as sendRequest } from 'node:http'
import { connect } from 'node:net'
import type { ServiceName } from '../document/operation.ts'
import type { Answer, Call, Failure } from './call.ts'

export type Transport = {
  send(call: Call): Promise<Answer | Failure>
  close(): void
}

/** `deadlineMs` is how long an answer may take before it counts as none. */
export function createTransport(urls: Readonly<Record<ServiceName, string>>, deadlineMs: number): Transport {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 })

  function send({ service, method, target, headers, body }: Call): Promise<Answer | Failure> {
    const { hostname, port, host } = new URL(urls[service])
    const started = performance.now()
    const { promise, resolve } = Promise.withResolvers<Answer | Failure>()
    const named = new Set(headers.map(([name]) => name.toLowerCase()))
    const own = [
      ...(named.has('host') ? [] : [['host', host]]),
      // Without it, Node sends an empty body in chunks where a method may have one.
      ...(named.has('content-length') || (!body && method === 'GET')
        ? []
        : [['content-length', String(body?.length ?? 0)]]),
    ]
    const flat = [...own, ...headers].flat()
    const signal = AbortSignal.timeout(deadlineMs)
    const fail = (error: Error & { code?: string }): void =>
      resolve({ failure: signal.aborted ? 'hang' : 'broken', reason: error.code ?? error.message })
    const outgoing = sendRequest({ hostname, port, method, path: target, headers: flat, agent, signal }, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', fail)
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        const milliseconds = performance.now() - started
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, json: jsonIn(text), milliseconds })
      })
    })
    outgoing.on('error', fail)
    outgoing.end(body)
    return promise
  }

  return {
    send: (call) => (call.raw ? sendRaw(urls[call.service], call.raw, deadlineMs) : send(call)),
    close: () => agent.destroy(),
  }
}

/** Writes bytes, ends its side, and reads the first answer. A server may close a connection that makes no sense without one. */
function sendRaw(url: string, bytes: Buffer, deadlineMs: number): Promise<Answer | Failure> {
  const { hostname, port } = new URL(url)
  const started = performance.now()
  const { promise, resolve } = Promise.withResolvers<Answer | Failure>()
  const chunks: Buffer[] = []
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true }, () => socket.end(bytes))
  const timer = setTimeout(() => {
    resolve({ failure: 'hang', reason: 'the connection stays open without an answer' })
    socket.destroy()
  }, deadlineMs)
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  socket.on('error', () => {})
  socket.on('close', () => {
    clearTimeout(timer)
    resolve(firstAnswer(Buffer.concat(chunks).toString(), performance.now() - started))
  })
  socket.on('end', () => socket.destroy())
  return promise
}

function firstAnswer(text: string, milliseconds: number): Answer | Failure {
  const end = text.indexOf('\r\n\r\n')
  const [first = '', ...lines] = text.slice(0, Math.max(end, 0)).split('\r\n')
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? 0)
  if (status === 100) return firstAnswer(text.slice(end + 4), milliseconds)
  if (status === 0) return { failure: 'broken', reason: 'closed without an answer' }
  const headers = Object.fromEntries(
    lines.map((line) => [line.split(':')[0]?.toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )
  const length = Number(headers['content-length'] ?? 0)
  const body = Buffer.from(text.slice(end + 4))
    .subarray(0, length)
    .toString()
  return { status, headers, text: body, json: jsonIn(body), milliseconds }
}

function jsonIn(text: string): unknown {
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown)
  } catch {
    return undefined
  }
}
