import { defineProblems, type InputFault, type ProblemError, type Problems } from './problem.ts'

/** Problems of every part of the system. */
export const commonProblems: Problems<'invalid_request' | 'too_many_requests' | 'unavailable'> = defineProblems({
  invalid_request: { status: 400, title: 'Invalid request', detail: 'The request is invalid.' },
  too_many_requests: { status: 429, title: 'Too many requests', detail: 'Too many attempts. Wait, then try again.' },
  unavailable: {
    status: 503,
    title: 'Service unavailable',
    detail: 'A dependency of this call is unavailable. Nothing was decided; try again.',
  },
})

/**
 * "Cannot know" (503 with Retry-After), as opposed to a verdict: the caller should repeat the call.
 *
 * @param cause for the log
 */
export function unavailable(cause?: unknown, retryAfterSeconds = 1): ProblemError<'unavailable'> {
  return new commonProblems.unavailable({ retryAfterSeconds, cause })
}

/** Faults of the input that only the domain can find; they look like those that a schema finds. */
export function invalidInput(...faults: InputFault[]): ProblemError<'invalid_request'> {
  return new commonProblems.invalid_request({ detail: 'The input is invalid; see `errors`.', errors: faults })
}
