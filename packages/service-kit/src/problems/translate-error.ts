import type { InputFault, ProblemError } from '@latchkey/problems'
import type { FastifyError, FastifyRequest, FastifySchemaValidationError } from 'fastify'
import { edgeProblems } from './edge-problems.ts'
import { describeFaults } from './input-faults.ts'

/** Errors of Fastify that the caller caused, as our problems. */
const FRAMEWORK_PROBLEMS: Record<string, () => ProblemError> = {
  FST_ERR_NOT_FOUND: () => new edgeProblems.not_found(),
  FST_ERR_BAD_URL: () => invalid('The URL is malformed.'),
  FST_ERR_MAX_PARAM_LENGTH: () => new edgeProblems.uri_too_long(),
  FST_ERR_CTP_BODY_TOO_LARGE: () => new edgeProblems.payload_too_large(),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => new edgeProblems.unsupported_media_type(),
  FST_ERR_CTP_EMPTY_JSON_BODY: () => invalid('The Content-Type is JSON, but the body is empty.'),
  FST_ERR_CTP_INVALID_JSON_BODY: () => invalid('The body is not valid JSON.'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => invalid('The length of the body differs from Content-Length.'),
  FST_ERR_ROUTE_MISSING_CONTENT_TYPE: () => invalid('The Content-Type header is missing.'),
}

function invalid(detail: string): ProblemError {
  return new edgeProblems.invalid_request({ detail })
}

/** The problem for an error of Fastify, or undefined when the caller did not cause it. */
export function translateFrameworkError(error: FastifyError, request: FastifyRequest): ProblemError | undefined {
  const { validation, validationContext = 'body' } = error
  if (validation !== undefined) {
    if (validationContext === 'body' && request.body === undefined) return invalid('A JSON body is required.')
    return new edgeProblems.invalid_request({
      detail: 'The input is invalid; see `errors`.',
      errors: [...describeFaults(validation, validationContext), ...furtherFaults(validationContext, request)],
    })
  }
  return FRAMEWORK_PROBLEMS[error.code]?.()
}

/** The parts of a request in the order in which Fastify validates them. It stops at the first invalid one. */
const PARTS = ['params', 'body', 'querystring', 'headers'] as const

/** The faults of the parts that Fastify did not validate, so that one answer names all faults. */
function furtherFaults(part: (typeof PARTS)[number], request: FastifyRequest): InputFault[] {
  const rest = PARTS.slice(PARTS.indexOf(part) + 1)
  return rest.flatMap((name) => {
    const validate: unknown = request.getValidationFunction(name)
    const input = name === 'querystring' ? request.query : request[name]
    if (!isValidator(validate) || input === undefined || validate(input)) return []
    return describeFaults(validate.errors ?? [], name)
  })
}

type Validator = { (input: unknown): boolean; errors?: FastifySchemaValidationError[] | null }

/** Not the list of validators that a body of several media types has. */
function isValidator(validate: unknown): validate is Validator {
  return typeof validate === 'function'
}
