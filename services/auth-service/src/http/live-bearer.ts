import { type AccessTokenClaims, TokenError } from '@latchkey/access-token'
import { AccessError } from '@latchkey/resource-server'
import { type ClientService, isClientToken } from '../clients/client-service.ts'
import { OWN_CLIENT_ID } from '../clients/service-client.ts'
import { ADMIN_ROLE } from '../permissions/built-in.ts'
import type { Permissions } from '../permissions/permissions.ts'
import type { Policy } from '../permissions/policy.ts'
import type { SessionKey, UserSnapshot } from '../sessions/session.ts'
import type { SessionStore } from '../sessions/session-store.ts'

/** The session that a user's access token belongs to, as Redis knows it. */
export type LiveSession = { readonly key: SessionKey; readonly deviceName: string; readonly snapshot: UserSnapshot }

/**
 * The bearer of a live access token. In `claims`, client, roles, scope and names are those of today, not the token's own word.
 * `held` bounds what its bearer may hand to others. `session` is null for a service client.
 */
export type LiveBearer = {
  readonly claims: AccessTokenClaims
  readonly held: ReadonlySet<string>
  readonly session: LiveSession | null
}

/** Why a token is not live: the code that a call under it is refused with, such as `token_expired`. */
export type NotLive = { readonly reason: string }

/** Finds the bearer of a verified access token; undefined when the session or the client is gone. */
export type FindBearer = (claims: AccessTokenClaims) => Promise<LiveBearer | undefined>

/** Finds the bearer of an access token. Rejects when that cannot be known now. */
export type FindLiveBearer = (token: string) => Promise<LiveBearer | NotLive>

type Dependencies = {
  readonly store: SessionStore
  readonly clients: ClientService
  readonly permissions: Permissions
}

/**
 * Every verifier holds the shared key that signs access tokens, so a token proves nothing about its bearer here: the session,
 * or the client, must live, and what it may do is read from there.
 */
export function createFindBearer({ store, clients, permissions }: Dependencies): FindBearer {
  return async (claims) => (isClientToken(claims) ? findClient(claims) : findUser(claims))

  async function findClient(claims: AccessTokenClaims): Promise<LiveBearer | undefined> {
    const scopes = await clients.liveScopes(claims)
    if (!scopes) return undefined
    const scope = narrowed(claims.scope, scopes)
    return { claims: { ...claims, scope }, held: setOf(scope), session: null }
  }

  async function findUser(claims: AccessTokenClaims): Promise<LiveBearer | undefined> {
    const { sub: userId, did: deviceId, sid, ver } = claims
    if (deviceId === undefined || sid === undefined) return undefined
    const key = { userId, deviceId, sid }
    const live = await store.findLive(key)
    if (!live || live.snapshot.tokenVersion !== ver || live.snapshot.user.status === 'disabled') return undefined
    const policy = await permissions.follow(claims.pol ?? 0)
    const today = claimsOfToday(claims, live.snapshot, policy)
    return { claims: today, held: heldBy(today, policy, claims.pol), session: { key, ...live } }
  }
}

function claimsOfToday(claims: AccessTokenClaims, { user }: UserSnapshot, policy: Policy): AccessTokenClaims {
  const { username, name, email, email_verified, ...rest } = claims
  return {
    ...rest,
    client_id: OWN_CLIENT_ID,
    scope: narrowed(claims.scope, policy.scopesOf(user.roles)),
    roles: [...user.roles],
    pol: policy.version,
    ...(username !== undefined && { username: user.username }),
    ...(name !== undefined && user.fullName !== null && { name: user.fullName }),
    ...(email !== undefined && user.emailVerified && { email: user.email, email_verified: true as const }),
  }
}

const setOf = (scope: string): ReadonlySet<string> => new Set(scope.split(' '))

/**
 * Administrators hold a scope from when it is made: one that was made after their token, too, unless they asked for less.
 * @param issuedAt the version of the policy that the token was issued by
 */
function heldBy({ scope, roles = [] }: AccessTokenClaims, policy: Policy, issuedAt = 0): ReadonlySet<string> {
  const held = setOf(scope)
  const isWhole = roles.includes(ADMIN_ROLE) && policy.scopesAt(issuedAt).every((each) => held.has(each))
  return isWhole ? new Set(policy.scopes.keys()) : held
}

/** A token that was asked for with less scope than its bearer has keeps to that. Scopes stay in the order of `granted`. */
function narrowed(scope: string, granted: readonly string[]): string {
  const asked = new Set(scope.split(' '))
  return granted.filter((each) => asked.has(each)).join(' ')
}

/**
 * The one answer to "is this token live?": for introspection, revocation, sign-out and the report on the access cookie, the
 * same as for a call under the token.
 *
 * @param verify checks signature, claims and revocations; throws what a call would be refused with
 */
export function createFindLiveBearer(
  verify: (token: string) => AccessTokenClaims,
  findBearer: FindBearer,
): FindLiveBearer {
  return async (token) => {
    let claims: AccessTokenClaims
    try {
      claims = verify(token)
    } catch (error) {
      if (error instanceof TokenError || (error instanceof AccessError && error.statusCode === 401)) {
        return { reason: error.code }
      }
      throw error
    }
    return (await findBearer(claims)) ?? { reason: 'token_revoked' }
  }
}
