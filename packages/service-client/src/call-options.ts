import { requireDuration } from './client-options.ts'
import { resolveTarget } from './resolve-target.ts'
import { type CallContext, traceHeaders } from './trace-headers.ts'
import { type Body, type OutboundRequest, requestHeaders } from './transport.ts'

export type { CallContext } from './trace-headers.ts'

export type CallOptions = {
  /** GET unless given. */
  method?: string
  headers?: Readonly<Record<string, string>> | Iterable<[string, string]>
  /** A stream is sent once: a call that has one is never repeated. */
  body?: Body
  /** The caller's own; the call rejects with its reason. */
  signal?: AbortSignal
  /** The request on whose behalf the call is made: its id and its trace go along, and nothing else of it. */
  context?: CallContext
  /** In place of the client's, in milliseconds. */
  timeoutMs?: number
}

export type OutboundCall = {
  readonly request: OutboundRequest
  /** For messages: method and address without query. */
  readonly name: string
  /** Doing it twice is doing it once. */
  readonly isRepeatable: boolean
  /** The body can be sent again. */
  readonly isResendable: boolean
}

/** RFC 9110 section 9.2.2, less TRACE, which fetch refuses. */
const idempotentMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

/** The client's own business: what names the caller, and what names the service. */
const reservedHeaders = ['authorization', 'host']

/** @throws {TypeError} the path leads elsewhere, or an option is no good. */
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
  // The global FormData is not the one of this fetch, which would send it as "[object FormData]".
  if (Symbol.asyncIterator in body) return false
  throw new TypeError('body must be text, bytes, URLSearchParams, a Blob or a stream')
}
