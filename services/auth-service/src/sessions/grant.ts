import { BUILT_IN_POLICY } from '../permissions/policy.ts'
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

export type IssueGrant = (key: SessionKey, session: GrantedSession, chooseScope?: ChooseScope) => Grant

type Dependencies = {
  readonly accessTokens: AccessTokenIssuer
  readonly refreshTokens: RefreshTokens
  /** Epoch milliseconds. */
  readonly now: () => number
}

export function createGrants({ accessTokens, refreshTokens, now }: Dependencies): IssueGrant {
  return (key, { issued, deviceName, delivery, snapshot }, chooseScope = everything) => {
    const scope = chooseScope(BUILT_IN_POLICY.scopesOf(snapshot.user.roles))
    const { token, expiresIn } = accessTokens.issue(key, snapshot, issued.expiresAtMs, scope)
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
