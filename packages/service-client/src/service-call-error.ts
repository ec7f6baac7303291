/**
 * - `token_refused`: a verdict of the token endpoint on this client or its scope (400, 401, 403).
 * - `token_unavailable`: no token could be had, and nothing is said about the client: unreachable, too slow, an odd answer.
 * - `timeout`: the call, with its token, its retries and its answer's body, was not done in time.
 * - `unreachable`: no answer from the service: refused, reset, unknown host, not HTTP.
 * - `closed`: the client was closed.
 */
export type ServiceCallErrorCode = 'token_refused' | 'token_unavailable' | 'timeout' | 'unreachable' | 'closed'

/**
 * A call that brought no answer. Fit for a log: it holds no token, no secret, no body, no query string, and no cause that
 * could hold one.
 */
export class ServiceCallError extends Error {
  override readonly name = 'ServiceCallError'
  readonly code: ServiceCallErrorCode
  /** What the token endpoint answered; undefined where there was no answer. */
  readonly status: number | undefined

  constructor(code: ServiceCallErrorCode, message: string, status?: number) {
    super(message)
    this.code = code
    this.status = status
  }
}

export const clientClosed = (): ServiceCallError => new ServiceCallError('closed', 'The service client is closed.')
