import { Agent, fetch, Headers, Request } from 'undici'
import { type ConnectionFailure, describeFailure } from './connection-failure.ts'

export type Body =
  | string
  | ArrayBuffer
  | NodeJS.ArrayBufferView
  | URLSearchParams
  | Blob
  | AsyncIterable<Uint8Array>
  | null

export type OutboundRequest = {
  readonly url: string
  readonly method: string
  readonly headers: Headers
  readonly body: Body
}

/** A request's answer, whatever its status, or why there is none. */
export type Outcome = Response | ConnectionFailure

export type Transport = {
  /** Sends once. Rejects with the signal's reason when it is aborted, with a TypeError when the request makes no sense. */
  send(request: OutboundRequest, signal: AbortSignal): Promise<Outcome>
  /** Ends what is under way, bodies included, with this error, and closes every socket. */
  close(error: Error): Promise<void>
}

/** Beyond this, calls to one service wait for a connection: one that hangs must not take every socket there is. */
const CONNECTIONS = 64

/** Connections of our own rather than the process-wide pool: they can be bounded, timed and closed. */
export function createTransport(connectTimeoutMs: number): Transport {
  const agent = new Agent({
    connections: CONNECTIONS,
    connect: { timeout: connectTimeoutMs },
    // Every call has a deadline of its own that covers these.
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
  })
  return {
    async send({ url, method, headers, body }, signal) {
      // A redirect is the caller's to judge: followed, it would take the token or the body elsewhere.
      const init = { method, headers, body, signal, redirect: 'manual', duplex: 'half', dispatcher: agent } as const
      const request = new Request(url, init)
      try {
        return await fetch(request)
      } catch (error) {
        signal.throwIfAborted()
        return describeFailure(error)
      }
    },
    close: (error) => agent.destroy(error),
  }
}

/** @throws {TypeError} without the value, which fetch would show. */
export function requestHeaders(fields: Readonly<Record<string, string>> | Iterable<[string, string]> = []): Headers {
  try {
    return new Headers(Symbol.iterator in fields ? [...fields] : fields)
  } catch {
    throw new TypeError('headers hold a name or a value that HTTP does not allow')
  }
}
