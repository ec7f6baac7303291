import { requireDuration } from './client-options.ts'
import { resolveTarget } from './resolve-target.ts'
import { type CallContext, traceHeaders } from './trace-headers.ts'
import { type Body, type OutboundRequest, requestHeaders } from './transport.ts'

export type { CallContext } from './trace-headers.ts'

export type CallOptions = {
  /** GET unless given. */
  method?: string
  headers?: Readonly<Record<string, string>> | Iterable<[string, string]>
  /** A stream is sent once: a call with one is never repeated. */
  body?: Body
  /** The caller's own: the call rejects with its reason. */
  signal?: AbortSignal
  /** The incoming request that causes the call: its id and its trace context are sent along, nothing else of it. */
  context?: CallContext
  /** In milliseconds; the client's unless given. */
  timeoutMs?: number
}

export type OutboundCall = {
  readonly request: OutboundRequest
  /** For messages: method and address without the query. */
  readonly name: string
  /** Idempotent: sending it twice has the effect of sending it once. */
  readonly isRepeatable: boolean
  /** The body can be sent again. */
  readonly isResendable: boolean
}

/** RFC 9110 section 9.2.2, less TRACE, which fetch refuses. */
const idempotentMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

/** Headers that the client sets itself: they name the caller and the service. */
const reservedHeaders = ['authorization', 'host']

/** @throws {TypeError} the path leads elsewhere, or an option is not usable */
export function prepareCall(base: URL, path: string | URL, options: CallOptions): OutboundCall {
  const url = resolveTarget(base, path)
  const method = (options.method ?? 'GET').toUpperCase()
  const headers = requestHeaders(options.headers)
  for (const name of reservedHeaders) {
    if (headers.has(name)) throw new TypeError(`headers must not hold ${name}`)
  }
  for (const [name, value] of traceHeaders(options.context)) {
    if (!headers.has(name)) headers.set(name, value)
  }
  if (options.timeoutMs !== undefined) requireDuration('timeoutMs', options.timeoutMs)
  const { body = null } = options
  return {
    request: { url: url.href, method, headers, body },
    name: `${method} ${url.origin}${url.pathname}`,
    isRepeatable: idempotentMethods.has(method) || Boolean(headers.get('idempotency-key')),
    isResendable: isResendable(body),
  }
}

function isResendable(body: Body): boolean {
  if (body === null || typeof body === 'string' || ArrayBuffer.isView(body)) return true
  if (body instanceof ArrayBuffer || body instanceof URLSearchParams || body instanceof Blob) return true
  // Node's global FormData is not undici's, which would send it as "[object FormData]".
  if (Symbol.asyncIterator in body) return false
  throw new TypeError('body must be text, bytes, URLSearchParams, a Blob or a stream')
}
