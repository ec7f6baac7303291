import { Agent as HttpAgent, type IncomingHttpHeaders, type IncomingMessage, request as sendHttp } from 'node:http'
import { Agent as HttpsAgent, request as sendHttps } from 'node:https'

// On node:http rather than fetch: a caller decides whether connections are kept, closes them when it likes, reads the
// code of a broken connection, and sends several hundred requests a second beside the services that it tests.

export type HttpRequest = {
  /** GET, and POST where there is a body, unless given. */
  readonly method?: string
  /** Sent as a Bearer token. */
  readonly token?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
  /** A Buffer is sent as it is, any other object as JSON. */
  readonly body?: object | undefined
}

export type HttpResponse = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The JSON object in the body; empty when there is none. */
  readonly body: Readonly<Record<string, unknown>>
}

export type HttpClient = {
  /** @throws when no complete response arrives in time; a broken connection has its `code` (ECONNRESET …) */
  request(url: string, request?: HttpRequest): Promise<HttpResponse>
  /** The same, but resolves with the headers and leaves the body to the caller, who must read it. */
  stream(url: string, request?: HttpRequest): Promise<IncomingMessage>
  /** Closes every connection; servers need not wait for them when they stop. */
  close(): void
}

export type HttpClientOptions = {
  /**
   * Whether connections stay open for the next request. By default each request has its own, so that replicas behind one
   * address take turns and no server waits for us when it stops.
   */
  readonly keepAlive?: boolean
  /** Until the end of the response; unlimited unless given. */
  readonly timeoutMs?: number
  /** A certificate to believe over TLS, as PEM; those of Node unless given. */
  readonly ca?: string
}

/** The HTTP client of the tools. */
export function createHttpClient({ keepAlive = false, timeoutMs, ca }: HttpClientOptions = {}): HttpClient {
  const agents = { http: new HttpAgent({ keepAlive, maxSockets: 128 }), https: new HttpsAgent({ keepAlive, ca }) }

  function send(url: string, { token, headers, body, ...request }: HttpRequest, signal: AbortSignal | undefined) {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const isRaw = body === undefined || Buffer.isBuffer(body)
    const options = {
      method: request.method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(!isRaw && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(signal && { signal }),
    }
    const outgoing = url.startsWith('https:')
      ? sendHttps(url, { ...options, agent: agents.https }, resolve)
      : sendHttp(url, { ...options, agent: agents.http }, resolve)
    outgoing.on('error', reject)
    outgoing.end(isRaw ? body : JSON.stringify(body))
    return promise
  }

  async function withTimeout<Result>(url: string, work: (signal: AbortSignal | undefined) => Promise<Result>) {
    const signal = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs)
    try {
      return await work(signal)
    } catch (error) {
      if (signal?.aborted) throw new Error(`no complete response from ${url} within ${timeoutMs} ms`, { cause: error })
      throw error
    }
  }

  return {
    stream: (url, request = {}) => withTimeout(url, (signal) => send(url, request, signal)),
    request: (url, request = {}) =>
      withTimeout(url, async (signal) => {
        const incoming = await send(url, request, signal)
        const text = (await incoming.setEncoding('utf8').toArray()).join('')
        return { status: incoming.statusCode ?? 0, headers: incoming.headers, text, body: objectIn(text) }
      }),
    close() {
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}

function objectIn(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
