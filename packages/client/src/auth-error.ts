/** What a service says of a refusal (RFC 9457). */
export type Problem = {
  readonly code?: string
  readonly title?: string
  readonly detail?: string
  /** Of a session that has ended. */
  readonly reason?: string
  /** Faults of the input. */
  readonly errors?: readonly { readonly path: string; readonly message: string }[]
}

/** What is known of an answer that is no success; status 0 stands for no answer at all. */
export type Failure = {
  readonly status: number
  readonly body: Problem
  readonly retryAfterMs?: number
  readonly cause?: unknown
}

/**
 * Why auth-service did not do what was asked. `code` is the service's (`invalid_credentials`, `too_many_requests` …); `unavailable` means
 * that nothing was decided: no answer, or one of a server or proxy that failed. The session is as it was.
 */
export class AuthError extends Error {
  override readonly name = 'AuthError'
  readonly code: string
  /** 0 without an answer. */
  readonly status: number
  readonly problem: Problem
  /** How long to wait before the next try, where the service said so. */
  readonly retryAfterSeconds: number | undefined

  constructor({ status, body, retryAfterMs, cause }: Failure) {
    const code = (status >= 400 && status < 500 && body.code) || 'unavailable'
    super(body.detail ?? code, { cause })
    this.code = code
    this.status = status
    this.problem = body
    this.retryAfterSeconds = retryAfterMs ? retryAfterMs / 1000 : undefined
  }
}
