import { TokenError } from '@latchkey/access-token'
import { isPublicError, type PublicError } from '@latchkey/problems'
import type { FastifyReply } from 'fastify'
import { AccessError, unavailable } from './access-error.ts'
import { createChallenge } from './bearer-challenge.ts'

/** Turns whatever went wrong into what the caller gets, and sets the headers of the answer. */
export type Refuse = (error: unknown, reply: FastifyReply) => PublicError

/** @param realm see {@link createChallenge} */
export function createRefuse(realm: string): Refuse {
  const challenge = createChallenge(realm)
  return (error, reply) => {
    const refusal = toPublicError(error)
    const { statusCode, bearerError, retryAfterSeconds, headers } = refusal
    if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds))
    const isChallenged = statusCode === 401 || bearerError !== undefined
    // Fastify adds the headers that an error brings along.
    if (isChallenged && headers?.['www-authenticate'] === undefined)
      reply.header('www-authenticate', challenge(refusal))
    return refusal
  }
}

/** Never anything but 4xx or 503. */
function toPublicError(error: unknown): PublicError {
  if (error instanceof TokenError) return new AccessError(error.code, { cause: error })
  // What failed is not the token, so this is no 401: the client would throw a good token away.
  return isPublicError(error) ? error : unavailable(error)
}
