/**
 * - `token_refused`: the token endpoint refused this client or its scope (400, 401, 403).
 * - `token_unavailable`: no token, for other reasons: the endpoint is unreachable, too slow, or its answer unusable.
 * - `timeout`: the call (token, retries, and the body of the response) was not done in time.
 * - `unreachable`: no response from the service: refused, reset, unknown host, not HTTP.
 * - `closed`: the client was closed.
 */
export type ServiceCallErrorCode = 'token_refused' | 'token_unavailable' | 'timeout' | 'unreachable' | 'closed'

/**
 * A call without a response. It may be logged as it is: it holds no token, secret, body or query string, and no cause that could
 * hold one.
 */
export class ServiceCallError extends Error {
  override readonly name = 'ServiceCallError'
  readonly code: ServiceCallErrorCode
  /** The status of the token endpoint's answer, if there was one. */
  readonly status: number | undefined

  constructor(code: ServiceCallErrorCode, message: string, status?: number) {
    super(message)
    this.code = code
    this.status = status
  }
}

export const clientClosed = (): ServiceCallError => new ServiceCallError('closed', 'The service client is closed.')
