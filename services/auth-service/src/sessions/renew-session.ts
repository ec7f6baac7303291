import type { AuthTransaction } from '../database/auth-database.ts'
import type { Audit, WriteAs } from '../database/write-as.ts'
import type { KnownDevices, PresentedDevice } from '../devices/known-devices.ts'
import { problems } from '../errors.ts'
import type { Account } from '../users/user.ts'
import type { Grant, IssueGrant } from './grant.ts'
import type { OpenSession } from './open-session.ts'
import { type ClientContext, newId, type SessionKey, toSnapshot } from './session.ts'
import type { EventCheckpoint } from './session-commands.ts'
import { findEndReason, insertOpening, lockRecoveryShared } from './session-event-repository.ts'
import type { SessionRevoker } from './session-revoker.ts'
import type { SessionStore } from './session-store.ts'

export type Renewal = {
  readonly session: SessionKey
  readonly client: ClientContext
  /** What the request brought along. Its token is void with the old password. */
  readonly device: PresentedDevice | undefined
  /** Changes the account as part of the transaction. Resolves to it, and has locked its row. */
  readonly change: (trx: AuthTransaction, audit: Audit) => Promise<Account>
  /** Called before the first session ends; until then nothing has changed, and it may throw to leave it so. */
  readonly commit: () => void
}

/**
 * Changes the password of an account, ends every session of its user, and opens a new one on the device of the session that asks.
 *
 * The sessions end before the change commits. Wherever this process dies, no token of before outlives the old password; at worst the
 * user is signed out everywhere, and signs in with the old password.
 * @throws `session_ended` or `account_disabled` when that happened since the request was authenticated
 */
export type RenewSession = (renewal: Renewal) => Promise<Grant>

type Dependencies = {
  readonly writeAs: WriteAs
  readonly store: SessionStore
  readonly revoker: SessionRevoker
  readonly checkpoint: EventCheckpoint
  readonly open: OpenSession
  readonly grant: IssueGrant
  readonly devices: KnownDevices
}

export function createRenewSession(dependencies: Dependencies): RenewSession {
  const { writeAs, store, revoker, checkpoint, open, grant, devices } = dependencies
  return async ({ session: { userId, deviceId, sid }, client, device, change, commit }) => {
    const { session, eventId, deviceToken } = await writeAs(client, async (trx, audit) => {
      await lockRecoveryShared(trx)
      const account = await change(trx, audit)
      const { user, passwordVersion } = account
      const sessions = await store.list(userId)
      const current = sessions.find((each) => each.sid === sid)
      const endReason = await findEndReason(trx, sid)
      if (user.status === 'disabled') throw new problems.account_disabled()
      // A session that is live although a change of password ended it: an earlier attempt failed halfway, and this one goes on.
      if (!current || (endReason !== undefined && endReason !== 'password_changed')) {
        throw new problems.session_ended({ extensions: { reason: endReason ?? 'unknown' } })
      }
      const { deviceName, delivery } = current
      const session = { userId, deviceId, sid: newId(), deviceName, delivery, client, snapshot: toSnapshot(account) }
      const { eventId, at } = await insertOpening(trx, session)
      const deviceToken = devices.issue(deviceId, { userId, passwordVersion }, at, device)
      commit()
      await revoker.revoke(
        sessions.map((each) => ({ ...each, userId, reason: 'password_changed', isRenewed: each.sid === sid })),
        client,
      )
      return { session: { ...session, issued: await open(session) }, eventId, deviceToken }
    })
    checkpoint.advance(eventId)
    return { ...(await grant(session, session)), deviceToken }
  }
}
