import { isCount, isDeviceId, isIdentifier, isScopeList, isText, isTime } from './claim-types.ts'
import { TokenError } from './token-error.ts'

/**
 * The claims of an access token (RFC 9068 section 2.2). Times are whole seconds since 1970. A user's token carries all
 * of `sid` (session), `did` (device), `ver` (token version) and `roles`. A service client's carries none of them but `ver`,
 * and that only once the client has lost a scope; its `sub` is its `client_id`.
 */
export type AccessTokenClaims = {
  iss: string
  aud: string | string[]
  sub: string
  iat: number
  exp: number
  nbf?: number
  jti: string
  client_id: string
  /** Space-separated (RFC 6749 section 3.3); empty when nothing was granted. */
  scope: string
  sid?: string
  did?: string
  ver?: number
  roles?: string[]
  /** The version of the policy that `scope` follows from `roles` by; of users alone, and counts as 0 when it is missing. */
  pol?: number
  username?: string
  /** The full name (OpenID Connect Core 5.1). */
  name?: string
  /** Only once it is verified, together with `email_verified`. */
  email?: string
  email_verified?: boolean
}

/**
 * The longest life of an access token. A revocation is kept for as long as a token can live: one that says it lives longer was not
 * issued by auth-service. Seconds.
 */
const MAX_ACCESS_TOKEN_LIFE_SECONDS = 24 * 3600

export type AccessTokenExpectations = { issuer: string; audience: string; clockToleranceSeconds: number }

/**
 * Checks the claims of a payload whose signature is good. Every required claim must be there with its type and a sane value;
 * unknown claims are left out of the result.
 *
 * @param nowMs the time, in milliseconds since 1970
 * @throws {TokenError} `token_expired` when only the time is wrong, else `invalid_token`
 */
export function readAccessTokenClaims(
  payload: Record<string, unknown>,
  { issuer, audience, clockToleranceSeconds }: AccessTokenExpectations,
  nowMs: number,
): AccessTokenClaims {
  const { iss, aud, sub, iat, exp, nbf, jti, client_id, scope = '' } = payload
  if (iss !== issuer) throw refused('iss')
  if (!isAudience(aud) || !includesAudience(aud, audience)) throw refused('aud')
  if (!isIdentifier(sub)) throw refused('sub')
  if (!isIdentifier(jti)) throw refused('jti')
  if (!isIdentifier(client_id)) throw refused('client_id')
  if (!isScopeList(scope)) throw refused('scope')

  const latest = nowMs / 1000 + clockToleranceSeconds
  if (!isTime(iat) || iat > latest) throw refused('iat')
  if (nbf !== undefined && (!isTime(nbf) || nbf > latest)) throw refused('nbf')
  if (!isTime(exp) || exp <= iat || exp - iat > MAX_ACCESS_TOKEN_LIFE_SECONDS) throw refused('exp')

  const claims: AccessTokenClaims = { iss: issuer, aud, sub, iat, exp, jti, client_id, scope }
  if (nbf !== undefined) claims.nbf = nbf
  if (hasSession(payload)) readSession(payload, claims)
  else if (payload.ver !== undefined) readClientVersion(payload, claims)
  readProfile(payload, claims)
  if (nowMs / 1000 >= exp + clockToleranceSeconds) throw new TokenError('token_expired', 'exp has passed')
  return claims
}

function hasSession({ sid, did, roles, pol }: Record<string, unknown>): boolean {
  return sid !== undefined || did !== undefined || roles !== undefined || pol !== undefined
}

function readSession({ sid, did, ver, roles, pol }: Record<string, unknown>, claims: AccessTokenClaims): void {
  if (!isIdentifier(sid)) throw refused('sid')
  if (!isDeviceId(did)) throw refused('did')
  if (!isCount(ver)) throw refused('ver')
  if (!Array.isArray(roles) || !roles.every(isIdentifier)) throw refused('roles')
  claims.sid = sid
  claims.did = did
  claims.ver = ver
  claims.roles = roles
  if (pol === undefined) return
  if (!isCount(pol)) throw refused('pol')
  claims.pol = pol
}

function readClientVersion({ ver }: Record<string, unknown>, claims: AccessTokenClaims): void {
  if (claims.sub !== claims.client_id || !isCount(ver)) throw refused('ver')
  claims.ver = ver
}

function readProfile(payload: Record<string, unknown>, claims: AccessTokenClaims): void {
  const { username, name, email, email_verified } = payload
  if (username !== undefined) {
    if (!isText(username)) throw refused('username')
    claims.username = username
  }
  if (name !== undefined) {
    if (!isText(name)) throw refused('name')
    claims.name = name
  }
  if (email !== undefined) {
    if (!isText(email)) throw refused('email')
    claims.email = email
  }
  if (email_verified !== undefined) {
    if (typeof email_verified !== 'boolean') throw refused('email_verified')
    claims.email_verified = email_verified
  }
}

function isAudience(aud: unknown): aud is string | string[] {
  if (typeof aud === 'string') return true
  return Array.isArray(aud) && aud.every((entry) => typeof entry === 'string')
}

function includesAudience(aud: string | string[], audience: string): boolean {
  return typeof aud === 'string' ? aud === audience : aud.includes(audience)
}

function refused(claim: string): TokenError {
  return new TokenError('invalid_token', `the claim ${claim} was refused`)
}
