import type { Permissions } from '../permissions/permissions.ts'
import type { User } from '../users/user.ts'
import type { AccessTokenIssuer } from './access-token-issuer.ts'
import type { RefreshTokens } from './refresh-tokens.ts'
import type { Delivery, IssuedGeneration, SessionKey, UserSnapshot } from './session.ts'

/** What a sign-in or a refresh gives its client. Lifetimes in whole seconds from now. */
export type Grant = {
  readonly user: User
  readonly device: { readonly id: string; readonly name: string }
  readonly delivery: Delivery
  readonly accessToken: string
  /** Of the access token. */
  readonly expiresIn: number
  readonly scope: string
  readonly refreshToken: string
  readonly refreshTokenExpiresIn: number
  /** Of a sign-in, and of a refresh that renewed it. */
  readonly deviceToken?: string
}

/** Picks the scope of an access token out of what its user has. It may throw to refuse; the refresh can then be repeated. */
export type ChooseScope = (granted: readonly string[]) => string

const everything: ChooseScope = (granted) => granted.join(' ')

/** What the store knows of a session whose tokens are issued. */
type GrantedSession = {
  readonly issued: IssuedGeneration
  readonly deviceName: string
  readonly delivery: Delivery
  readonly snapshot: UserSnapshot
}

/** @throws `unavailable` while this replica does not know what roles hold today; the refresh can then be repeated */
export type IssueGrant = (key: SessionKey, session: GrantedSession, chooseScope?: ChooseScope) => Promise<Grant>

type Dependencies = {
  readonly accessTokens: AccessTokenIssuer
  readonly refreshTokens: RefreshTokens
  readonly permissions: Permissions
  /** Epoch milliseconds. */
  readonly now: () => number
}

export function createGrants({ accessTokens, refreshTokens, permissions, now }: Dependencies): IssueGrant {
  return async (key, { issued, deviceName, delivery, snapshot }, chooseScope = everything) => {
    const { roles } = snapshot.user
    const policy = await permissions.upToDate(roles)
    const scope = chooseScope(policy.scopesOf(roles))
    const { token, expiresIn } = accessTokens.issue(key, snapshot, issued.expiresAtMs, { scope, pol: policy.version })
    return {
      user: snapshot.user,
      device: { id: key.deviceId, name: deviceName },
      delivery,
      accessToken: token,
      expiresIn,
      scope,
      refreshToken: refreshTokens.sign(key, issued),
      refreshTokenExpiresIn: Math.max(0, Math.floor(issued.expiresAtMs / 1000) - Math.floor(now() / 1000)),
    }
  }
}
