import { type AccessTokenClaims, scopesOfRoles } from '@latchkey/access-token'
import { AccessError } from '@latchkey/resource-server'
import type { FastifyRequest } from 'fastify'
import { type ClientService, isClientToken } from '../clients/client-service.ts'
import type { SessionKey, UserSnapshot } from '../sessions/session.ts'
import type { SessionStore } from '../sessions/session-store.ts'

/** The session that a request under a user's access token belongs to, as Redis knows it. */
export type LiveSession = { readonly key: SessionKey; readonly deviceName: string; readonly snapshot: UserSnapshot }

declare module 'fastify' {
  interface FastifyRequest {
    /** Null for a service client, and where no token is asked for. */
    liveSession: LiveSession | null
    /** Id of the user or service client behind the access token, where one was asked for. */
    actorId: string | null
  }
}

type LiveClaims = { readonly claims: AccessTokenClaims; readonly session: LiveSession | null }

/**
 * What is true of an access token's bearer now. Every verifier holds the key that signs access tokens, so this service
 * takes no token's word for who its bearer is: the session, or the client, must live, and roles and scope are those of today.
 */
export async function findLiveClaims(
  claims: AccessTokenClaims,
  { store, clients }: { store: SessionStore; clients: ClientService },
): Promise<LiveClaims | undefined> {
  if (isClientToken(claims)) {
    const scopes = await clients.liveScopes(claims)
    if (!scopes) return undefined
    const scope = claims.scope.split(' ').filter((each) => (scopes as string[]).includes(each))
    return { claims: { ...claims, scope: scope.join(' ') }, session: null }
  }
  const { sub, did, sid, ver } = claims
  if (did === undefined || sid === undefined) return undefined
  const key = { userId: sub, deviceId: did, sid }
  const live = await store.findLive(key)
  if (!live || live.snapshot.tokenVersion !== ver || live.snapshot.user.status === 'disabled') return undefined
  const { roles } = live.snapshot.user
  const scope = narrowed(claims.scope, scopesOfRoles(roles))
  return { claims: { ...claims, roles: [...roles], scope }, session: { key, ...live } }
}

/** A token that was asked for with less scope than its user has keeps to that. */
function narrowed(scope: string, granted: string[]): string {
  const asked = new Set(scope.split(' '))
  return granted.filter((each) => asked.has(each)).join(' ')
}

/** The check of every call under an access token. */
export function liveBearerCheck(dependencies: { store: SessionStore; clients: ClientService }) {
  return async (request: FastifyRequest, claims: AccessTokenClaims): Promise<void> => {
    const live = await findLiveClaims(claims, dependencies)
    if (!live) throw new AccessError('token_revoked')
    request.accessToken = live.claims
    request.liveSession = live.session
    request.actorId = claims.sub
    request.logFields = live.session
      ? { userId: claims.sub, deviceId: live.session.key.deviceId }
      : { clientId: claims.sub }
  }
}

/** Lets people pass, and no program: `onRequest`, behind `app.authenticate`. */
export async function requireUser(request: FastifyRequest): Promise<void> {
  if (!request.liveSession) {
    throw new AccessError('insufficient_scope', {
      detail: 'This call is for people, not for service clients.',
      headers: { 'www-authenticate': 'Bearer error="insufficient_scope"' },
    })
  }
}

/** @throws when the route is not behind {@link requireUser} */
export function sessionOf(request: FastifyRequest): LiveSession {
  if (!request.liveSession) throw new Error('this route needs requireUser')
  return request.liveSession
}
