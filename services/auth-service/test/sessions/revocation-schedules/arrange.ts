import type { AccessTokenClaims, RefreshTokenClaims } from '@latchkey/access-token'
import type { Replica } from './replicas.ts'
import type { VerifierView } from './verifier-view.ts'

/** What schedules run on. All of it is shared: every schedule has a user of its own. */
export type Arrangement = {
  readonly replicas: readonly [Replica, Replica]
  readonly verifier: VerifierView
  /** Who acts on the users. */
  readonly administratorId: string
  readonly verifyAccessToken: (token: string) => AccessTokenClaims
  readonly verifyRefreshToken: (token: string) => RefreshTokenClaims
  readonly signRefreshToken: (claims: RefreshTokenClaims) => string
  /** A user name that no schedule had yet. */
  readonly newName: () => string
  readonly newPassword: () => string
  readonly firstPassword: { readonly password: string; readonly hash: string }
}
