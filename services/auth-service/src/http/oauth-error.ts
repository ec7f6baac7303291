import type { RateLimit } from '@latchkey/problems'
import { retryHeaders } from '@latchkey/service-kit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { CountRefusal } from './flood-limits.ts'

/**
 * Error codes of RFC 6749 §5.2 and RFC 7009 §2.2.1; `insufficient_scope` of RFC 6750 §3.1, as RFC 7662 §2.3 has none for a client that
 * may not introspect; and `temporarily_unavailable` of RFC 6749 §4.1.2.1 while a store is unavailable.
 */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  | 'insufficient_scope'
  | 'temporarily_unavailable'
  | 'server_error'

const STATUS: Partial<Record<OAuthErrorCode, number>> = { invalid_client: 401, insufficient_scope: 403 }

/** An error answer of RFC 6749. `description` is printable ASCII and never repeats input. */
export class OAuthError extends Error {
  readonly error: OAuthErrorCode
  readonly statusCode: number
  readonly headers: Record<string, string>

  constructor(error: OAuthErrorCode, description: string, options: { cause?: unknown } = {}) {
    super(description, options)
    this.error = error
    this.statusCode = STATUS[error] ?? 400
    this.headers = error === 'invalid_client' ? { 'www-authenticate': 'Basic realm="latchkey", charset="UTF-8"' } : {}
  }
}

/** What other code may throw here: problems and Fastify's own errors. */
type Translated = {
  readonly statusCode?: number
  readonly code?: string
  readonly retryAfterSeconds?: number
  readonly rateLimit?: RateLimit
  readonly headers?: Readonly<Record<string, string>>
}

type Options = {
  /** Recognizes the errors of a store that cannot be reached. */
  readonly isUnavailable: (error: unknown) => boolean
  readonly countRefusal: CountRefusal
}

/** The error handler under /oauth. */
export function createOAuthErrorHandler({ isUnavailable, countRefusal }: Options) {
  return async (thrown: unknown, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const tooMany = thrown instanceof OAuthError ? await countRefusal(request) : undefined
    const shown = translate(tooMany ?? thrown, isUnavailable)
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
  const { statusCode: status, code, retryAfterSeconds = 1, rateLimit } = thrown as Translated
  const headers = retryHeaders({ retryAfterSeconds, rateLimit })
  if (status === 503 || isUnavailable(thrown)) {
    return {
      status: 503,
      error: 'temporarily_unavailable',
      description: 'A dependency is unavailable. Nothing was decided; try again.',
      headers,
    }
  }
  if (status === 429) {
    return {
      status,
      error: 'temporarily_unavailable',
      description: 'Too many failed attempts. Wait, then try again.',
      headers,
    }
  }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return { status: 413, error: 'invalid_request', description: 'The body is too large.' }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return { status: 415, error: 'invalid_request', description: 'The body must be application/x-www-form-urlencoded.' }
  }
  // A compressed body.
  if (status === 415) {
    const { headers: problemHeaders = {} } = thrown as Translated
    return {
      status,
      error: 'invalid_request',
      description: 'The body must not be compressed.',
      headers: problemHeaders,
    }
  }
  if (status !== undefined && status < 500) {
    return { status, error: 'invalid_request', description: 'The request is not valid.' }
  }
  return { status: 500, error: 'server_error', description: 'An internal error occurred.' }
}
