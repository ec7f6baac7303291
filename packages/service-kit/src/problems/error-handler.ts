import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { INTERNAL_ERROR } from './edge-problems.ts'
import type { InputFault } from './problem.ts'
import { sendProblem } from './send-problem.ts'
import { translateFrameworkError } from './translate-error.ts'
import { unavailable } from './unavailable.ts'

/** What is read from an error that may be shown: the shape of our problem classes, and of any plugin that follows it. */
type PublicError = {
  code: string
  statusCode: number
  message: string
  cause?: unknown
  title?: string
  headers?: Record<string, string>
  errors?: InputFault[] | undefined
  extensions?: Record<string, unknown>
}

export type ErrorHandler = (error: unknown, request: FastifyRequest, reply: FastifyReply) => FastifyReply

/**
 * The one place where an error becomes an answer. Public is an error with a snake_case `code` and a 4xx or 503
 * `statusCode`; errors of Fastify are translated; what `isUnavailable` knows is 503; all else is 500 and says nothing.
 */
export function createErrorHandler(isUnavailable: (error: unknown) => boolean): ErrorHandler {
  return function handleError(error, request, reply) {
    if (isPublicError(error)) {
      request.failure = { code: error.code, cause: error.cause }
      return sendPublicError(request, reply, error)
    }
    const translated = translateError(error, request, isUnavailable)
    if (translated === undefined) {
      request.failure = { code: INTERNAL_ERROR.code, cause: error }
      return sendProblem(request, reply, INTERNAL_ERROR)
    }
    // Fastify's messages about bad requests quote them, query string and all.
    request.failure = { code: translated.code, cause: translated.statusCode < 500 ? undefined : error }
    sendPublicError(request, reply, translated)
    // The handler goes on behind a time-out; what it still sends has nowhere to go and is no mistake of it.
    return isTimeout(error) ? reply.hijack() : reply
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'FST_ERR_HANDLER_TIMEOUT'
}

function sendPublicError(request: FastifyRequest, reply: FastifyReply, error: PublicError): FastifyReply {
  if (error.headers !== undefined) reply.headers(error.headers)
  return sendProblem(request, reply, {
    ...error.extensions,
    code: error.code,
    status: error.statusCode,
    title: error.title,
    detail: error.message,
    errors: error.errors,
  })
}

function translateError(
  error: unknown,
  request: FastifyRequest,
  isUnavailable: (error: unknown) => boolean,
): PublicError | undefined {
  // Fastify types whatever a handler throws as its own error.
  const translated = error instanceof Error ? translateFrameworkError(error as FastifyError, request) : undefined
  return translated ?? (isUnavailable(error) ? unavailable() : undefined)
}

function isPublicError(error: unknown): error is PublicError {
  if (!(error instanceof Error) || !('code' in error) || !('statusCode' in error)) return false
  const { code, statusCode } = error
  return (
    typeof code === 'string' &&
    /^[a-z][a-z0-9_]*$/.test(code) &&
    typeof statusCode === 'number' &&
    ((statusCode >= 400 && statusCode < 500) || statusCode === 503)
  )
}
