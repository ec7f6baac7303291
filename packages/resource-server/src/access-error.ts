import { Problem, type ProblemDefinition, type ProblemOptions } from '@latchkey/problems'

export type AccessErrorCode =
  | 'unauthenticated'
  | 'invalid_token'
  | 'token_expired'
  | 'token_revoked'
  | 'insufficient_scope'
  | 'csrf_rejected'
  | 'invalid_request'
  | 'unavailable'

const definitions: Record<AccessErrorCode, ProblemDefinition & { detail: string }> = {
  unauthenticated: { status: 401, title: 'Not authenticated', detail: 'This call needs an access token.' },
  invalid_token: {
    status: 401,
    title: 'Invalid token',
    detail: 'The access token is not valid.',
    bearerError: 'invalid_token',
  },
  token_expired: {
    status: 401,
    title: 'Token expired',
    detail: 'The access token has expired.',
    bearerError: 'invalid_token',
  },
  token_revoked: {
    status: 401,
    title: 'Token revoked',
    detail: 'The access token has been revoked.',
    bearerError: 'invalid_token',
  },
  insufficient_scope: {
    status: 403,
    title: 'Insufficient scope',
    detail: 'The access token lacks a scope.',
    bearerError: 'insufficient_scope',
  },
  csrf_rejected: {
    status: 403,
    title: 'Cross-site request refused',
    detail:
      'A request that changes something and relies on a cookie, or may be answered with one, must come from an allowed origin. Programs send any X-Requested-With, or sign in with "delivery": "body".',
  },
  invalid_request: {
    status: 400,
    title: 'Invalid request',
    detail: 'The request is invalid.',
    bearerError: 'invalid_request',
  },
  unavailable: {
    status: 503,
    title: 'Service unavailable',
    detail: 'The access token could not be checked right now. Nothing was decided; try again.',
  },
}

type AccessProblem = { readonly code: string; readonly status: number; readonly title: string; readonly detail: string }

/** Every refusal of this plugin, for a list of a service's errors. */
export const accessProblems: readonly AccessProblem[] = Object.entries(definitions).map(
  ([code, { status, title, detail }]) => ({ code, status, title, detail }),
)

export type AccessErrorOptions = Pick<
  ProblemOptions,
  'detail' | 'retryAfterSeconds' | 'requiredScope' | 'headers' | 'cause'
>

/** A refusal. `code` is stable and for programs, the message is public, `cause` is for the log. */
export class AccessError extends Problem<AccessErrorCode> {
  constructor(code: AccessErrorCode, options: AccessErrorOptions = {}) {
    super(code, definitions[code], options)
  }
}

/** "Cannot know" (503), as opposed to a verdict on the token: the client should repeat the call and keep its token. */
export function unavailable(cause: unknown): AccessError {
  return new AccessError('unavailable', { retryAfterSeconds: 1, cause })
}
