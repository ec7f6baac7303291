import { randomBytes } from 'node:crypto'
import { type RefreshTokenClaims, scopesOfRoles } from '@latchkey/access-token'
import { unavailable } from '@latchkey/problems'
import type { Origin } from '../audit/audit-event.ts'
import { recordLogin, recordTokenReuse } from '../audit/audit-trail.ts'
import type { AuthDatabase } from '../database/auth-database.ts'
import { problems, SessionEnded } from '../errors.ts'
import type { User } from '../users/user.ts'
import { lockAccount, raiseTokenVersion } from '../users/user-repository.ts'
import type { Account } from '../users/user-table.ts'
import type { AccessTokenIssuer } from './access-token-issuer.ts'
import type { EventCheckpoint } from './redis-event-checkpoint.ts'
import type { ClientContext, Delivery, DeviceSession, HandedOut, SessionKey, UserSnapshot } from './session.ts'
import type { NewSession } from './session-commands.ts'
import { holdOffRecovery, insertOpening } from './session-event-repository.ts'
import { endOf, type SessionRevoker } from './session-revoker.ts'
import type { SessionStore } from './session-store.ts'

/** What a sign-in or a refresh gives. Lives in whole seconds from now. */
export type Grant = {
  readonly user: User
  readonly device: { readonly id: string; readonly name: string }
  readonly delivery: Delivery
  readonly accessToken: string
  readonly accessTokenLife: number
  readonly scope: string
  readonly refreshToken: string
  readonly refreshTokenLife: number
}

export type SignIn = {
  readonly deviceId: string | undefined
  readonly deviceName: string
  readonly delivery: Delivery
  readonly client: ClientContext
}

/** The scope of an access token, out of what its user has. May throw to refuse; the refresh can then be repeated. */
export type ChooseScope = (granted: readonly string[]) => string

const everything: ChooseScope = (granted) => granted.join(' ')

export type SessionService = {
  /** @throws `invalid_credentials` or `account_disabled` when the account changed since it was authenticated */
  signIn(account: Account, signIn: SignIn): Promise<Grant>
  /** @throws `invalid_token` {@link SessionEnded} `token_superseded` `token_reused` */
  refresh(refreshToken: string, client: ClientContext, scope?: ChooseScope): Promise<Grant>
  /** Whether this is a refresh token that we issued, live or not. */
  isAuthentic(refreshToken: string): boolean
  /** Ends a live session that its holder signs out of. */
  signOutOf(session: SessionKey, origin: Origin): Promise<void>
  /** Ends the session of a refresh token, whatever its generation. What is no token of ours is as good as signed out. */
  signOut(refreshToken: string, origin: Origin): Promise<void>
  /** The user's devices, the one seen last first. */
  list(userId: string): Promise<DeviceSession[]>
  /** Ends the session on a device. @throws `session_not_found` */
  revoke(
    userId: string,
    deviceId: string,
    reason: 'revoked_by_user' | 'revoked_by_admin',
    origin: Origin,
  ): Promise<void>
  /** Ends every session of the user and makes every token issued so far void. @throws `user_not_found` */
  revokeAll(userId: string, reason: 'signed_out_everywhere' | 'revoked_by_admin', origin: Origin): Promise<void>
}

type Dependencies = {
  readonly db: AuthDatabase
  readonly store: SessionStore
  readonly revoker: SessionRevoker
  readonly checkpoint: EventCheckpoint
  readonly accessTokens: AccessTokenIssuer
  readonly signRefreshToken: (claims: RefreshTokenClaims) => string
  readonly verifyRefreshToken: (token: string) => RefreshTokenClaims
  /** Epoch milliseconds. */
  readonly now: () => number
}

const newId = (): string => randomBytes(16).toString('base64url')
const seconds = (ms: number): number => Math.floor(ms / 1000)

export function createSessionService(dependencies: Dependencies): SessionService {
  const { db, store, revoker, checkpoint, accessTokens, signRefreshToken, verifyRefreshToken, now } = dependencies

  function grant(
    key: SessionKey,
    handedOut: HandedOut,
    device: { name: string; delivery: Delivery },
    snapshot: UserSnapshot,
    chooseScope = everything,
  ): Grant {
    const { generation, handedOutAt, expiresAt } = handedOut
    const scope = chooseScope(scopesOfRoles(snapshot.user.roles))
    const { token, life } = accessTokens.issue(key, snapshot, expiresAt, scope)
    return {
      user: snapshot.user,
      device: { id: key.deviceId, name: device.name },
      delivery: device.delivery,
      accessToken: token,
      scope,
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

  /** Opens the session. What has to give way for it ends first, while the user's row keeps everyone else from opening one. */
  async function open(session: NewSession): Promise<HandedOut> {
    const first = await store.open(session)
    if (first.outcome === 'opened') return first.handedOut
    await revoker.revoke(first.ends, { ...session.client, actorId: session.userId })
    const second = await store.open(session)
    if (second.outcome === 'opened') return second.handedOut
    throw unavailable(new Error('sessions of this user changed while one was opened'))
  }

  async function signOutOf(key: SessionKey, origin: Origin): Promise<void> {
    await revoker.revoke(endOf(key, 'signed_out'), { ...origin, actorId: origin.actorId ?? key.userId })
  }

  return {
    async signIn(account, { deviceId, deviceName, delivery, client }) {
      // The row stays locked until the session stands: whatever ends this user's sessions comes before this, and is
      // seen, or after it, and ends this one too.
      const opened = await db.transaction().execute(async (trx) => {
        await holdOffRecovery(trx)
        const settled = await lockAccount(trx, account.user.id)
        if (!settled || settled.passwordChangedAt.getTime() !== account.passwordChangedAt.getTime()) {
          throw new problems.invalid_credentials()
        }
        if (settled.user.status === 'disabled') throw new problems.account_disabled()
        const key = { userId: settled.user.id, deviceId: deviceId ?? newId(), sid: newId() }
        const snapshot = { user: settled.user, tokenVersion: settled.tokenVersion }
        const session = { ...key, delivery, deviceName, client, snapshot }
        await recordLogin(trx, client, key)
        const eventId = await insertOpening(trx, session)
        return { key, snapshot, eventId, handedOut: await open(session) }
      })
      await checkpoint.advance(opened.eventId)
      return grant(opened.key, opened.handedOut, { name: deviceName, delivery }, opened.snapshot)
    },

    async refresh(refreshToken, client, chooseScope) {
      const claims = authentic(refreshToken)
      const key = keyOf(claims)
      const rotation = await store.rotate({ ...key, generation: claims.gen, expiresAt: claims.exp * 1000 }, client)
      switch (rotation.outcome) {
        case 'superseded':
          throw new problems.token_superseded()
        case 'reused':
          await revoker.revoke(endOf(key, 'token_reused'), client, (trx) => recordTokenReuse(trx, client, key))
          throw new problems.token_reused()
        case 'ended':
          throw new SessionEnded(rotation.reason)
      }
      const { handedOut, snapshot, delivery, deviceName } = rotation
      if (snapshot.user.status === 'disabled') {
        await revoker.revoke(endOf(key, 'account_disabled'), client)
        throw new SessionEnded('account_disabled')
      }
      return grant(key, handedOut, { name: deviceName, delivery }, snapshot, chooseScope)
    },

    isAuthentic(refreshToken) {
      try {
        verifyRefreshToken(refreshToken)
        return true
      } catch {
        return false
      }
    },

    signOutOf,

    async signOut(refreshToken, origin) {
      let key: SessionKey
      try {
        key = keyOf(verifyRefreshToken(refreshToken))
      } catch {
        return
      }
      if (await store.findLive(key)) await signOutOf(key, origin)
    },

    async list(userId) {
      const sessions = await store.list(userId)
      return sessions.sort((a, b) => b.lastSeenAt - a.lastSeenAt)
    },

    async revoke(userId, deviceId, reason, origin) {
      const session = (await store.list(userId)).find((each) => each.deviceId === deviceId)
      if (!session) throw new problems.session_not_found()
      await revoker.revoke(endOf({ userId, deviceId, sid: session.sid }, reason), origin)
    },

    async revokeAll(userId, reason, origin) {
      const { recorded, minVersion } = await db.transaction().execute(async (trx) => {
        const account = await raiseTokenVersion(trx, userId)
        if (!account) throw new problems.user_not_found()
        await store.invalidateSnapshot(userId)
        return { recorded: await revoker.recordAll(trx, userId, reason, origin), minVersion: account.tokenVersion }
      })
      await revoker.apply(recorded, { userId, minVersion })
    },
  }

  function authentic(refreshToken: string): RefreshTokenClaims {
    try {
      return verifyRefreshToken(refreshToken)
    } catch (error) {
      throw new problems.invalid_token({ cause: error })
    }
  }
}

function keyOf({ sub, did, sid }: RefreshTokenClaims): SessionKey {
  return { userId: sub, deviceId: did, sid }
}
