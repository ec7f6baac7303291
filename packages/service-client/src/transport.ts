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

/** The response, whatever its status, or why there is none. */
export type Outcome = Response | ConnectionFailure

export type Transport = {
  /** Sends once. Rejects with the signal's reason once it aborts, and with a TypeError for an impossible request. */
  send(request: OutboundRequest, signal: AbortSignal): Promise<Outcome>
  /** Fails pending requests and bodies with this error, and closes every socket. */
  close(error: Error): Promise<void>
}

/** More calls to one service than this wait for a connection: a service that hangs must not take every socket. */
const CONNECTIONS = 64

/** Its own connections rather than the process-wide pool: they can be limited, timed and closed. */
export function createTransport(connectTimeoutMs: number): Transport {
  const agent = new Agent({
    connections: CONNECTIONS,
    connect: { timeout: connectTimeoutMs },
    // The deadline of the call covers these.
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
  })
  return {
    async send({ url, method, headers, body }, signal) {
      // Following a redirect would send the token or the body elsewhere: that is for the caller to decide.
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

/** @throws {TypeError} whose message does not show the value, unlike that of fetch */
export function requestHeaders(fields: Readonly<Record<string, string>> | Iterable<[string, string]> = []): Headers {
  try {
    return new Headers(Symbol.iterator in fields ? [...fields] : fields)
  } catch {
    throw new TypeError('headers hold a name or a value that HTTP does not allow')
  }
}
