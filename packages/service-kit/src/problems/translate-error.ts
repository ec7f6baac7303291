import type { InputFault, ProblemError } from '@latchkey/problems'
import type { FastifyError, FastifyRequest, FastifySchemaValidationError } from 'fastify'
import { edgeProblems } from './edge-problems.ts'
import { describeFaults } from './input-faults.ts'

/** Fastify's own failures that are the caller's doing, as our problems. */
const FRAMEWORK_PROBLEMS: Record<string, () => ProblemError> = {
  FST_ERR_NOT_FOUND: () => new edgeProblems.not_found(),
  FST_ERR_BAD_URL: () => invalid('The address is not well-formed.'),
  FST_ERR_MAX_PARAM_LENGTH: () => new edgeProblems.uri_too_long(),
  FST_ERR_CTP_BODY_TOO_LARGE: () => new edgeProblems.payload_too_large(),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => new edgeProblems.unsupported_media_type(),
  FST_ERR_CTP_EMPTY_JSON_BODY: () => invalid('The body is empty where JSON was announced.'),
  FST_ERR_CTP_INVALID_JSON_BODY: () => invalid('The body is not valid JSON.'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => invalid('The body is not as long as Content-Length says.'),
  FST_ERR_ROUTE_MISSING_CONTENT_TYPE: () => invalid('The Content-Type header is missing.'),
}

function invalid(detail: string): ProblemError {
  return new edgeProblems.invalid_request({ detail })
}

/** The problem that stands for an error of Fastify's own, or undefined when the failure is ours. */
export function translateFrameworkError(error: FastifyError, request: FastifyRequest): ProblemError | undefined {
  const { validation, validationContext = 'body' } = error
  if (validation !== undefined) {
    if (validationContext === 'body' && request.body === undefined) return invalid('A JSON body is required.')
    return new edgeProblems.invalid_request({
      detail: 'The input is not acceptable; `errors` says where.',
      errors: [...describeFaults(validation, validationContext), ...furtherFaults(validationContext, request)],
    })
  }
  return FRAMEWORK_PROBLEMS[error.code]?.()
}

/** The parts of a request in the order in which Fastify looks at them. It stops at the first that is not acceptable. */
const PARTS = ['params', 'body', 'querystring', 'headers'] as const

/** What is wrong with the parts that Fastify did not get to, so that all faults are told at once. */
function furtherFaults(part: (typeof PARTS)[number], request: FastifyRequest): InputFault[] {
  const unseen = PARTS.slice(PARTS.indexOf(part) + 1)
  return unseen.flatMap((name) => {
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
