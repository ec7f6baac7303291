import { createError, type FastifyErrorConstructor } from '@fastify/error'

const problems = {
  unauthenticated: { status: 401, title: 'Not authenticated', detail: 'This call needs an access token.' },
  invalid_token: { status: 401, title: 'Invalid token', detail: 'The access token is not valid.' },
  token_expired: { status: 401, title: 'Token expired', detail: 'The access token has expired.' },
  token_revoked: { status: 401, title: 'Token revoked', detail: 'The access token has been revoked.' },
  insufficient_scope: { status: 403, title: 'Insufficient scope', detail: 'The access token lacks a scope.' },
  csrf_rejected: {
    status: 403,
    title: 'Cross-site request refused',
    detail: 'A request that changes something and relies on a cookie must come from an allowed origin.',
  },
  invalid_request: { status: 400, title: 'Invalid request', detail: 'The request is not acceptable as it stands.' },
  unavailable: {
    status: 503,
    title: 'Service unavailable',
    detail: 'The access token could not be checked right now. Nothing was decided; try again.',
  },
} as const

type AccessProblem = { readonly code: string; readonly status: number; readonly title: string; readonly detail: string }

/** Every refusal of this plugin, for a list of a service's errors. */
export const accessProblems: readonly AccessProblem[] = Object.entries(problems).map(([code, problem]) => ({
  code,
  ...problem,
}))

export type AccessErrorCode = keyof typeof problems

export type AccessErrorOptions = {
  /** Replaces the public sentence of the code. */
  detail?: string
  /** Response headers, lower case. */
  headers?: Record<string, string>
  /** For the log only. */
  cause?: unknown
}

// Refusals are everyday business: they carry no stack, which would cost more than the check itself.
const errorCode: string = 'ACCESS_ERROR'
const FastifyAccessError: FastifyErrorConstructor = createError(errorCode, 'Access refused', undefined, Error, false)

/** A refusal. Fastify's default error handler sends its status and headers; `code` is stable and for programs. */
export class AccessError extends FastifyAccessError {
  override readonly code: AccessErrorCode
  override readonly statusCode: number
  readonly title: string
  readonly headers: Record<string, string>

  constructor(code: AccessErrorCode, options: AccessErrorOptions = {}) {
    super(...(options.cause === undefined ? [] : [{ cause: options.cause }]))
    const { status, title, detail } = problems[code]
    this.message = options.detail ?? detail
    this.code = code
    this.statusCode = status
    this.title = title
    this.headers = options.headers ?? {}
  }
}

type PublicError = Error & { statusCode: number; headers?: Record<string, string> }

/** An error that may be shown to the caller as it is: one with a snake_case `code` and a status 4xx or 503. */
export function isPublicError(error: unknown): error is PublicError {
  if (!(error instanceof Error) || !('code' in error) || !('statusCode' in error)) return false
  const { code, statusCode: status } = error
  if (typeof code !== 'string' || !/^[a-z][a-z0-9_]*$/.test(code)) return false
  return typeof status === 'number' && ((status >= 400 && status < 500) || status === 503)
}
