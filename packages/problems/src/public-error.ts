import type { BearerError, ConcurrencyLimit, InputFault, RateLimit } from './problem.ts'

/** An error that callers may see: a problem, or any error of the same shape. */
export type PublicError = Error & {
  readonly code: string
  readonly statusCode: number
  readonly title?: string
  readonly bearerError?: BearerError | undefined
  readonly retryAfterSeconds?: number | undefined
  readonly rateLimit?: RateLimit | ConcurrencyLimit | undefined
  readonly requiredScope?: string | undefined
  readonly headers?: Record<string, string>
  readonly errors?: InputFault[] | undefined
  readonly extensions?: Record<string, unknown>
}

/** Whether callers may see an error: it has a snake_case `code` and a `statusCode` of 4xx or 503. */
export function isPublicError(error: unknown): error is PublicError {
  if (!(error instanceof Error) || !('code' in error) || !('statusCode' in error)) return false
  const { code, statusCode: status } = error
  if (typeof code !== 'string' || !/^[a-z][a-z0-9_]*$/.test(code)) return false
  return typeof status === 'number' && ((status >= 400 && status < 500) || status === 503)
}
