import type { FastifyReply, FastifyRequest } from 'fastify'

/** Error codes of RFC 6749 §5.2, RFC 7009 §2.2.1 and, for a store that is away, §4.1.2.1's `temporarily_unavailable`. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  | 'temporarily_unavailable'
  | 'server_error'

/** A refusal in the form of RFC 6749. `description` is printable ASCII and never repeats what was sent. */
export class OAuthError extends Error {
  readonly error: OAuthErrorCode
  readonly statusCode: number
  readonly headers: Record<string, string>

  constructor(error: OAuthErrorCode, description: string, options: { cause?: unknown } = {}) {
    super(description, options)
    this.error = error
    this.statusCode = error === 'invalid_client' ? 401 : 400
    this.headers = error === 'invalid_client' ? { 'www-authenticate': 'Basic realm="latchkey", charset="UTF-8"' } : {}
  }
}

/** What the error handler of all else made of an error: enough to say it in the words of RFC 6749. */
type Translated = { readonly statusCode?: number; readonly code?: string; readonly retryAfterSeconds?: number }

/** The error handler under /oauth. `isUnavailable` tells errors that mean "cannot know". */
export function createOAuthErrorHandler(isUnavailable: (error: unknown) => boolean) {
  return (thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const shown = translate(thrown, isUnavailable)
    request.failure = { code: shown.error, cause: thrown }
    return reply
      .code(shown.status)
      .headers({ ...shown.headers, pragma: 'no-cache', 'content-type': 'application/json' })
      .send(Buffer.from(JSON.stringify({ error: shown.error, error_description: shown.description })))
  }
}

type Shown = { status: number; error: OAuthErrorCode; description: string; headers?: Record<string, string> }

function translate(thrown: unknown, isUnavailable: (error: unknown) => boolean): Shown {
  if (thrown instanceof OAuthError) {
    return { status: thrown.statusCode, error: thrown.error, description: thrown.message, headers: thrown.headers }
  }
  const { statusCode: status, code, retryAfterSeconds = 1 } = thrown as Translated
  const headers = { 'retry-after': String(retryAfterSeconds) }
  if (status === 503 || isUnavailable(thrown)) {
    return {
      status: 503,
      error: 'temporarily_unavailable',
      description: 'Nothing was decided. Try again.',
      headers,
    }
  }
  if (status === 429) {
    return {
      status,
      error: 'temporarily_unavailable',
      description: 'Too many failed tries. Wait before the next one.',
      headers,
    }
  }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return { status: 413, error: 'invalid_request', description: 'The body is too large.' }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return { status: 415, error: 'invalid_request', description: 'The body must be application/x-www-form-urlencoded.' }
  }
  if (status !== undefined && status < 500) {
    return { status, error: 'invalid_request', description: 'The request is not acceptable.' }
  }
  return { status: 500, error: 'server_error', description: 'Something went wrong on our side.' }
}
