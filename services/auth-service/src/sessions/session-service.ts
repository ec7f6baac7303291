import { randomBytes } from 'node:crypto'
import type { RefreshTokenClaims } from '@latchkey/access-token'
import type { AuthDatabase } from '../database/auth-database.ts'
import {
  InvalidCredentials,
  InvalidRefreshToken,
  problems,
  SessionEnded,
  TokenReused,
  TokenSuperseded,
} from '../errors.ts'
import type { User } from '../users/user.ts'
import { findSettledAccount, raiseTokenVersion } from '../users/user-repository.ts'
import type { Account } from '../users/user-table.ts'
import type { AccessTokenIssuer } from './access-token-issuer.ts'
import type { ClientContext, Delivery, HandedOut, SessionKey, UserSnapshot } from './session.ts'
import type { SessionStore } from './session-store.ts'

/** What a sign-in or a refresh gives. Lives in whole seconds from now. */
export type Grant = {
  readonly user: User
  readonly device: { readonly id: string; readonly name: string }
  readonly delivery: Delivery
  readonly accessToken: string
  readonly accessTokenLife: number
  readonly refreshToken: string
  readonly refreshTokenLife: number
}

export type SignIn = {
  readonly deviceId: string | undefined
  readonly deviceName: string
  readonly delivery: Delivery
  readonly client: ClientContext
}

export type SessionService = {
  /** @throws {InvalidCredentials} or `account_disabled` when the account changed since it was authenticated */
  signIn(account: Account, signIn: SignIn): Promise<Grant>
  /** @throws {InvalidRefreshToken} {@link SessionEnded} {@link TokenSuperseded} {@link TokenReused} */
  refresh(refreshToken: string, client: ClientContext): Promise<Grant>
  /** Ends the session of a refresh token, whatever its generation. What is no token of ours is as good as signed out. */
  signOut(refreshToken: string): Promise<void>
  signOutEverywhere(userId: string): Promise<void>
}

type Dependencies = {
  readonly db: AuthDatabase
  readonly store: SessionStore
  readonly accessTokens: AccessTokenIssuer
  readonly signRefreshToken: (claims: RefreshTokenClaims) => string
  readonly verifyRefreshToken: (token: string) => RefreshTokenClaims
  /** Epoch milliseconds. */
  readonly now: () => number
}

const newId = (): string => randomBytes(16).toString('base64url')
const seconds = (ms: number): number => Math.floor(ms / 1000)

export function createSessionService(dependencies: Dependencies): SessionService {
  const { db, store, accessTokens, signRefreshToken, verifyRefreshToken, now } = dependencies

  function grant(
    key: SessionKey,
    handedOut: HandedOut,
    device: { name: string; delivery: Delivery },
    snapshot: UserSnapshot,
  ): Grant {
    const { generation, handedOutAt, expiresAt } = handedOut
    const { token, life } = accessTokens.issue(key, snapshot)
    return {
      user: snapshot.user,
      device: { id: key.deviceId, name: device.name },
      delivery: device.delivery,
      accessToken: token,
      accessTokenLife: life,
      // From what the store keeps alone, so that a repeated request gets the same token again.
      refreshToken: signRefreshToken({
        sub: key.userId,
        did: key.deviceId,
        sid: key.sid,
        gen: generation,
        iat: seconds(handedOutAt),
        exp: seconds(expiresAt),
      }),
      refreshTokenLife: Math.max(0, seconds(expiresAt) - seconds(now())),
    }
  }

  return {
    async signIn(account, { deviceId, deviceName, delivery, client }) {
      // The row stays locked until the session stands: whatever ends this user's sessions comes before this, and is
      // seen, or after it, and ends this one too.
      return db.transaction().execute(async (trx) => {
        const settled = await findSettledAccount(trx, account.user.id)
        if (!settled || settled.passwordChangedAt.getTime() !== account.passwordChangedAt.getTime())
          throw new InvalidCredentials()
        if (settled.user.status === 'disabled') throw new problems.account_disabled()
        const key = { userId: settled.user.id, deviceId: deviceId ?? newId(), sid: newId() }
        const snapshot = { user: settled.user, tokenVersion: settled.tokenVersion }
        const { handedOut } = await store.open({ ...key, delivery, deviceName, client, snapshot })
        return grant(key, handedOut, { name: deviceName, delivery }, snapshot)
      })
    },

    async refresh(refreshToken, client) {
      const claims = authentic(refreshToken)
      const key = keyOf(claims)
      const rotation = await store.rotate({ ...key, generation: claims.gen, expiresAt: claims.exp * 1000 }, client)
      switch (rotation.outcome) {
        case 'superseded':
          throw new TokenSuperseded()
        case 'reused':
          throw new TokenReused()
        case 'ended':
          throw new SessionEnded(rotation.reason)
      }
      const { handedOut, snapshot, delivery, deviceName } = rotation
      if (snapshot.user.status === 'disabled') {
        await store.end(key, 'account_disabled')
        throw new SessionEnded('account_disabled')
      }
      return grant(key, handedOut, { name: deviceName, delivery }, snapshot)
    },

    async signOut(refreshToken) {
      let claims: RefreshTokenClaims
      try {
        claims = verifyRefreshToken(refreshToken)
      } catch {
        return
      }
      await store.end(keyOf(claims), 'signed_out')
    },

    async signOutEverywhere(userId) {
      await db.transaction().execute(async (trx) => {
        await raiseTokenVersion(trx, userId)
        await store.endAll(userId, 'signed_out_everywhere')
      })
    },
  }

  function authentic(refreshToken: string): RefreshTokenClaims {
    try {
      return verifyRefreshToken(refreshToken)
    } catch (error) {
      throw new InvalidRefreshToken(error)
    }
  }
}

function keyOf({ sub, did, sid }: RefreshTokenClaims): SessionKey {
  return { userId: sub, deviceId: did, sid }
}
