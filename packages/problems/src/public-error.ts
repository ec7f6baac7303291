import type { BearerError, InputFault } from './problem.ts'

/** What may be read of an error that may be shown: the shape of a problem, and of any error that follows it. */
export type PublicError = Error & {
  readonly code: string
  readonly statusCode: number
  readonly title?: string
  readonly bearerError?: BearerError | undefined
  readonly retryAfterSeconds?: number | undefined
  readonly headers?: Record<string, string>
  readonly errors?: InputFault[] | undefined
  readonly extensions?: Record<string, unknown>
}

/** Whether an error may be shown to the caller as it is: it has a snake_case `code` and a `statusCode` of 4xx or 503. */
export function isPublicError(error: unknown): error is PublicError {
  if (!(error instanceof Error) || !('code' in error) || !('statusCode' in error)) return false
  const { code, statusCode: status } = error
  if (typeof code !== 'string' || !/^[a-z][a-z0-9_]*$/.test(code)) return false
  return typeof status === 'number' && ((status >= 400 && status < 500) || status === 503)
}
