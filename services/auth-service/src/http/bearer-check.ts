import type { AccessTokenClaims } from '@latchkey/access-token'
import { AccessError } from '@latchkey/resource-server'
import type { FastifyRequest } from 'fastify'
import type { FindBearer, LiveSession } from './live-bearer.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What the caller may hand to others at most; null on routes that need no token. */
    heldScopes: ReadonlySet<string> | null
    /** Null for a service client, and on routes that need no token. */
    liveSession: LiveSession | null
    /** Id of the user or service client behind the access token; null on routes that need no token. */
    actorId: string | null
  }
}

/** The check of every call under an access token. */
export function createBearerCheck(findBearer: FindBearer) {
  return async (request: FastifyRequest, claims: AccessTokenClaims): Promise<void> => {
    const bearer = await findBearer(claims)
    if (!bearer) throw new AccessError('token_revoked')
    request.accessToken = bearer.claims
    request.heldScopes = bearer.held
    request.liveSession = bearer.session
    request.actorId = claims.sub
    request.logFields = bearer.session
      ? { userId: claims.sub, deviceId: bearer.session.key.deviceId }
      : { clientId: claims.sub }
  }
}

/** Refuses service clients: an `onRequest` hook after `app.authenticate`. */
export async function requireUser(request: FastifyRequest): Promise<void> {
  if (!request.liveSession) {
    throw new AccessError('insufficient_scope', { detail: 'This call is for users, not for service clients.' })
  }
}

/** @throws Error on a route without {@link requireUser} */
export function sessionOf(request: FastifyRequest): LiveSession {
  if (!request.liveSession) throw new Error('this route needs requireUser')
  return request.liveSession
}
