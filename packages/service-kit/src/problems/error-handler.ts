import { isPublicError, type PublicError, unavailable } from '@latchkey/problems'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { INTERNAL_ERROR } from './edge-problems.ts'
import { retryHeaders } from './retry-headers.ts'
import { sendProblem } from './send-problem.ts'
import { translateFrameworkError } from './translate-error.ts'

export type ErrorHandler = (error: unknown, request: FastifyRequest, reply: FastifyReply) => FastifyReply

/**
 * The one place where an error becomes an answer. Public errors are sent, errors of Fastify are translated, what `isUnavailable`
 * recognises is 503. Everything else is 500 and reveals nothing.
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
    return sendPublicError(request, reply, translated)
  }
}

function sendPublicError(request: FastifyRequest, reply: FastifyReply, error: PublicError): FastifyReply {
  const { statusCode, headers = {} } = error
  reply.headers(retryHeaders(error))
  const challenge = bearerChallenge(error)
  if (challenge !== undefined && !reply.hasHeader('www-authenticate')) reply.header('www-authenticate', challenge)
  reply.headers(headers)
  return sendProblem(request, reply, {
    ...error.extensions,
    code: error.code,
    status: statusCode,
    title: error.title,
    detail: error.message,
    errors: error.errors,
  })
}

/** RFC 6750 §3: a challenge on every 401, with an error where a token was sent, and for a scope that a token lacks. */
function bearerChallenge({ statusCode, bearerError, requiredScope, message }: PublicError): string | undefined {
  if (bearerError === 'insufficient_scope') {
    return `Bearer error="insufficient_scope"${requiredScope === undefined ? '' : `, scope="${requiredScope}"`}`
  }
  if (statusCode !== 401) return undefined
  return bearerError === undefined ? 'Bearer' : `Bearer error="${bearerError}", error_description="${message}"`
}

function translateError(
  error: unknown,
  request: FastifyRequest,
  isUnavailable: (error: unknown) => boolean,
): PublicError | undefined {
  // Fastify gives every thrown error the type of its own.
  const translated = error instanceof Error ? translateFrameworkError(error as FastifyError, request) : undefined
  return translated ?? (isUnavailable(error) ? unavailable() : undefined)
}
