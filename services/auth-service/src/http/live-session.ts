import { type AccessTokenClaims, scopesOfRoles } from '@latchkey/access-token'
import { AccessError } from '@latchkey/resource-server'
import type { FastifyRequest } from 'fastify'
import type { SessionKey, UserSnapshot } from '../sessions/session.ts'
import type { SessionStore } from '../sessions/session-store.ts'

/** The session that a request under an access token belongs to, as Redis knows it. */
export type LiveSession = { readonly key: SessionKey; readonly deviceName: string; readonly snapshot: UserSnapshot }

declare module 'fastify' {
  interface FastifyRequest {
    liveSession: LiveSession | null
  }
}

/**
 * Every verifier holds the key that signs access tokens, so this service takes no token's word for who its bearer is:
 * the session must live, and roles and scope are those of the user now.
 */
export function liveSessionCheck(
  store: SessionStore,
): (request: FastifyRequest, claims: AccessTokenClaims) => Promise<void> {
  return async (request, claims) => {
    const { sub, did, sid, ver } = claims
    if (did === undefined || sid === undefined) throw new AccessError('token_revoked')
    const key = { userId: sub, deviceId: did, sid }
    const live = await store.findLive(key)
    if (!live || live.snapshot.tokenVersion !== ver || live.snapshot.user.status === 'disabled')
      throw new AccessError('token_revoked')
    claims.roles = [...live.snapshot.user.roles]
    claims.scope = scopesOfRoles(live.snapshot.user.roles).join(' ')
    request.liveSession = { key, ...live }
    request.logFields = { userId: sub, deviceId: did }
  }
}

/** @throws when the route is not under `app.authenticate` */
export function sessionOf(request: FastifyRequest): LiveSession {
  if (!request.liveSession) throw new Error('this route needs app.authenticate')
  return request.liveSession
}
