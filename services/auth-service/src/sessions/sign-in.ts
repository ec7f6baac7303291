import { loginSucceeded } from '../audit/security-events.ts'
import type { AuthTransaction } from '../database/auth-database.ts'
import type { Audit, WriteAs } from '../database/write-as.ts'
import type { KnownDevices, PresentedDevice } from '../devices/known-devices.ts'
import { problems } from '../errors.ts'
import { markOf } from '../reconciliation/account-mark.ts'
import type { AccountMarks } from '../reconciliation/redis-account-marks.ts'
import type { Account } from '../users/user.ts'
import type { Grant, IssueGrant } from './grant.ts'
import type { OpenSession } from './open-session.ts'
import { type ClientContext, type Delivery, newId, toSnapshot } from './session.ts'
import type { EventCheckpoint, PresentedGeneration } from './session-commands.ts'
import { insertSignIn, lockRecoveryShared } from './session-event-repository.ts'
import type { SessionNotices } from './session-notices.ts'
import type { SessionRevoker } from './session-revoker.ts'
import type { SessionStore } from './session-store.ts'

export type SignIn = {
  /** A new device unless given. */
  readonly device: PresentedDevice | undefined
  /** As the client has named it; empty where it has not: such a device is shown by what its browser says then. */
  readonly deviceName: string
  /** What its browser says now, for the mails of this sign-in and of a theft. */
  readonly deviceDescription: string
  readonly delivery: Delivery
  readonly client: ClientContext
  /** A refresh token in the cookie of the request, which the new one takes the place of. */
  readonly replaces?: string | undefined
  /** Whether the account begins with this sign-in: its owner needs no notice of it. */
  readonly isFirst?: boolean
}

/** Finds, makes or changes an account, as part of the transaction. Its row is locked from then on. */
export type EnterAccount = (trx: AuthTransaction, audit: Audit) => Promise<Account>

/**
 * Signs in to an account that the same transaction finds, makes or changes: both happen, or nothing does.
 * @throws what `enter` throws, and `account_disabled` for an account that is not active
 */
export type SignInAfter = (enter: EnterAccount, signIn: SignIn) => Promise<Grant>

type Dependencies = {
  readonly writeAs: WriteAs
  readonly store: SessionStore
  readonly revoker: SessionRevoker
  readonly checkpoint: EventCheckpoint
  readonly open: OpenSession
  readonly tryRead: (refreshToken: string) => PresentedGeneration | undefined
  readonly grant: IssueGrant
  readonly notices: SessionNotices
  readonly devices: KnownDevices
  readonly marks: Pick<AccountMarks, 'write'>
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** Accounts of before have their mark from housekeeping. */
const NEW_FOR_MS = 10 * 60_000

export function createSignInAfter(dependencies: Dependencies): SignInAfter {
  const { writeAs, store, revoker, checkpoint, open, tryRead, grant, notices, devices, marks, now } = dependencies

  /** Another person signs in in this browser: the token of the session before is lost, and the session would stay. */
  async function endReplaced(refreshToken: string, userId: string, client: ClientContext): Promise<void> {
    const presented = tryRead(refreshToken)
    if (!presented || presented.userId === userId || !(await store.findLive(presented))) return
    const { userId: owner, deviceId, sid } = presented
    await revoker.revoke([{ userId: owner, deviceId, sid, reason: 'replaced' }], { ...client, actorId: userId })
  }

  return async (enter, signIn) => {
    const { device, deviceName, delivery, client, replaces, isFirst = false } = signIn
    const shownName = deviceName || signIn.deviceDescription
    // The row stays locked until the session is open: whatever ends this user's sessions comes before this, and is
    // seen, or after it, and ends this one too.
    const deviceId = device?.id ?? newId()
    const { session, eventId, deviceToken } = await writeAs(client, async (trx, audit) => {
      await lockRecoveryShared(trx)
      const account = await enter(trx, audit)
      const { user, passwordVersion } = account
      if (user.status !== 'active') throw new problems.account_disabled()
      const key = { userId: user.id, deviceId, sid: newId() }
      const session = { ...key, delivery, deviceName, client, snapshot: toSnapshot(account) }
      await audit(loginSucceeded(key))
      const { eventId, at, history } = await insertSignIn(trx, { ...session, deviceName: shownName })
      if (!isFirst) await notices.signedIn(trx, { user, deviceName: shownName, history })
      if (replaces !== undefined) await endReplaced(replaces, user.id, client)
      // A Postgres that goes back to before this account must find out that Redis has a session of it.
      if (user.createdAt.getTime() > now() - NEW_FOR_MS) await marks.write([markOf(account)])
      const deviceToken = devices.issue(deviceId, { userId: user.id, passwordVersion }, at, device)
      return { session: { ...session, issued: await open(session) }, eventId, deviceToken }
    })
    checkpoint.advance(eventId)
    return { ...(await grant(session, session)), deviceToken }
  }
}
