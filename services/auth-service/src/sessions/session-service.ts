import type { Origin } from '../audit/audit-event.ts'
import { refreshTokenReused } from '../audit/security-events.ts'
import type { WriteAs } from '../database/write-as.ts'
import type { KnownDevices, PresentedDevice } from '../devices/known-devices.ts'
import { revokeAllDevices } from '../devices/revoked-device-repository.ts'
import { problems } from '../errors.ts'
import type { AccountMarks } from '../reconciliation/redis-account-marks.ts'
import type { Account } from '../users/user.ts'
import { bumpTokenVersion, lockAccount } from '../users/user-repository.ts'
import type { ChooseScope, Grant, IssueGrant } from './grant.ts'
import { createOpenSession } from './open-session.ts'
import type { RefreshTokens } from './refresh-tokens.ts'
import { createRenewSession, type RenewSession } from './renew-session.ts'
import type { ClientContext, DeviceSession, EndReason, SessionKey } from './session.ts'
import type { EventCheckpoint, PresentedGeneration } from './session-commands.ts'
import { findEndReason, lockRecoveryShared } from './session-event-repository.ts'
import type { SessionNotices } from './session-notices.ts'
import type { SessionRevoker } from './session-revoker.ts'
import type { SessionStore } from './session-store.ts'
import { createSignInAfter, type SignIn, type SignInAfter } from './sign-in.ts'

export type RefreshOptions = {
  readonly chooseScope?: ChooseScope | undefined
  readonly device?: PresentedDevice | undefined
}

export type SessionService = {
  /** @throws `invalid_credentials` or `account_disabled` when the account changed since it was authenticated */
  signIn(account: Account, signIn: SignIn): Promise<Grant>
  readonly signInAfter: SignInAfter
  /**
   * @param options.device its token is renewed, if it is of the device of the session
   * @throws `invalid_token`, `session_ended` with its reason, `token_superseded`, `token_reused`
   */
  refresh(refreshToken: string, client: ClientContext, options?: RefreshOptions): Promise<Grant>
  readonly renew: RenewSession
  /** Whether this is a refresh token that we issued, live or not. */
  isAuthentic(refreshToken: string): boolean
  /** Ends a live session that its holder signs out of. */
  signOutOf(session: SessionKey, origin: Origin): Promise<void>
  /** Ends the session of a refresh token of any generation, if it is live. Ignores what is no refresh token of ours. */
  signOut(refreshToken: string, origin: Origin): Promise<void>
  /** The user's devices, in no particular order. */
  list(userId: string): Promise<DeviceSession[]>
  /** Ends the session on a device. @throws `session_not_found` */
  revoke(
    userId: string,
    deviceId: string,
    reason: 'revoked_by_user' | 'revoked_by_admin',
    origin: Origin,
  ): Promise<void>
  /** Ends the user's sessions on all devices but that of `session`. */
  revokeOthers(session: SessionKey, origin: Origin): Promise<void>
  /** Ends every session of the user and makes every token issued so far void. @throws `user_not_found` */
  revokeAll(userId: string, reason: 'signed_out_everywhere' | 'revoked_by_admin', origin: Origin): Promise<void>
}

type Dependencies = {
  readonly writeAs: WriteAs
  readonly store: SessionStore
  readonly revoker: SessionRevoker
  readonly checkpoint: EventCheckpoint
  readonly refreshTokens: RefreshTokens
  readonly grant: IssueGrant
  readonly notices: SessionNotices
  readonly devices: KnownDevices
  readonly marks: Pick<AccountMarks, 'write'>
  /** Epoch milliseconds. */
  readonly now: () => number
}

const toKey = ({ userId, deviceId, sid }: SessionKey): SessionKey => ({ userId, deviceId, sid })

const sessionEnded = (reason: EndReason): Error => new problems.session_ended({ extensions: { reason } })

export function createSessionService(dependencies: Dependencies): SessionService {
  const { writeAs, store, revoker, refreshTokens, grant, notices, devices } = dependencies

  const open = createOpenSession(dependencies)

  function read(refreshToken: string): PresentedGeneration {
    try {
      return refreshTokens.read(refreshToken)
    } catch (error) {
      throw new problems.invalid_token({ cause: error })
    }
  }

  function tryRead(refreshToken: string): PresentedGeneration | undefined {
    try {
      return refreshTokens.read(refreshToken)
    } catch {
      return undefined
    }
  }

  async function signOutOf(session: SessionKey, origin: Origin): Promise<void> {
    const actorId = origin.actorId ?? session.userId
    // The locked row keeps a change of password from renewing a session whose sign-out was answered.
    const recorded = await writeAs({ ...origin, actorId }, async (trx, audit) => {
      await lockAccount(trx, session.userId)
      const reason = await findEndReason(trx, session.sid)
      if (reason === undefined) return revoker.record(trx, audit, [{ ...session, reason: 'signed_out' }])
      // An earlier attempt failed halfway, or another call was quicker.
      return { ends: [{ ...session, reason }], lastEventId: undefined }
    })
    await revoker.apply(recorded)
  }

  const signInAfter = createSignInAfter({ ...dependencies, open, tryRead })

  return {
    isAuthentic: (refreshToken) => tryRead(refreshToken) !== undefined,

    signOutOf,

    renew: createRenewSession({ ...dependencies, open }),

    signIn: ({ user: { id: userId }, passwordVersion }, signIn) =>
      signInAfter(async (trx) => {
        const account = await lockAccount(trx, userId)
        if (account?.passwordVersion !== passwordVersion) throw new problems.invalid_credentials()
        return account
      }, signIn),

    signInAfter,

    async refresh(refreshToken, client, { chooseScope, device } = {}) {
      const presented = read(refreshToken)
      const key = toKey(presented)
      const rotation = await store.rotate(presented, client)
      switch (rotation.outcome) {
        case 'superseded':
          throw new problems.token_superseded()
        case 'reused':
          await revoker.revoke([{ ...key, reason: 'token_reused' }], client, async (trx, audit) => {
            await audit(refreshTokenReused(key))
            await notices.tokenReused(trx, key)
          })
          throw new problems.token_reused()
        case 'ended':
          throw sessionEnded(rotation.reason)
      }
      if (rotation.snapshot.user.status === 'disabled') {
        await revoker.revoke([{ ...key, reason: 'account_disabled' }], client)
        throw sessionEnded('account_disabled')
      }
      const granted = await grant(key, rotation, chooseScope)
      if (device?.id !== key.deviceId || device.entries.length === 0) return granted
      const { user, passwordVersion } = rotation.snapshot
      const account = passwordVersion === undefined ? undefined : { userId: user.id, passwordVersion }
      return { ...granted, deviceToken: devices.renew(device, account) }
    },

    async signOut(refreshToken, origin) {
      const presented = tryRead(refreshToken)
      if (presented && (await store.findLive(presented))) await signOutOf(toKey(presented), origin)
    },

    list: store.list,

    async revoke(userId, deviceId, reason, origin) {
      // The locked row keeps the session that is found from being replaced by another one on its device.
      const recorded = await writeAs(origin, async (trx, audit) => {
        await lockAccount(trx, userId)
        const session = (await store.list(userId)).find((each) => each.deviceId === deviceId)
        if (!session) throw new problems.session_not_found()
        return revoker.record(trx, audit, [{ userId, deviceId, sid: session.sid, reason }])
      })
      await revoker.apply(recorded)
    },

    async revokeOthers({ userId, sid }, origin) {
      const recorded = await writeAs(origin, async (trx, audit) => {
        await lockAccount(trx, userId)
        const others = (await store.list(userId)).filter((each) => each.sid !== sid)
        const ends = others.map((each) => ({
          userId,
          deviceId: each.deviceId,
          sid: each.sid,
          reason: 'revoked_by_user' as const,
        }))
        return revoker.record(trx, audit, ends)
      })
      await revoker.apply(recorded)
    },

    async revokeAll(userId, reason, origin) {
      const { recorded, account } = await writeAs(origin, async (trx, audit) => {
        await lockRecoveryShared(trx)
        const account = await bumpTokenVersion(trx, userId)
        if (!account) throw new problems.user_not_found()
        await store.invalidateSnapshot(userId)
        const recorded = await revoker.recordAll(trx, audit, userId, reason)
        // Those without a session, too.
        await revokeAllDevices(trx, userId)
        return { recorded, account }
      })
      await revoker.apply(recorded, account)
    },
  }
}
