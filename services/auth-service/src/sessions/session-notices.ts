import type { AuthTransaction } from '../database/auth-database.ts'
import type { MailOutbox } from '../mail/mail-outbox.ts'
import type { User } from '../users/user.ts'
import { findAccount } from '../users/user-repository.ts'
import type { SessionKey } from './session.ts'
import { findDeviceName, type SignInHistory } from './session-event-repository.ts'

/** What the owner of an account is sent about its sessions, as part of the transaction that it is about. */
export type SessionNotices = {
  /**
   * A user has signed in. Not worth a notice: a device that the user had before, and the first sign-in of an account.
   * @param history from before
   */
  signedIn(trx: AuthTransaction, signIn: NewSignIn): Promise<void>
  /** A copy of a refresh token was used. */
  tokenReused(trx: AuthTransaction, session: SessionKey): Promise<void>
}

export type NewSignIn = {
  readonly user: User
  readonly deviceName: string
  readonly history: SignInHistory
}

type Dependencies = {
  readonly outbox: MailOutbox
  /** How far back the history of sign-ins reaches. */
  readonly maxAgeMs: number
  /** Epoch milliseconds. */
  readonly now: () => number
}

export function createSessionNotices({ outbox, maxAgeMs, now }: Dependencies): SessionNotices {
  /** Of an account that is older than the history nobody knows: its owner rather hears once too often. */
  const isFirst = ({ createdAt }: User, { hasSignedIn }: SignInHistory): boolean =>
    !hasSignedIn && createdAt.getTime() > now() - maxAgeMs

  return {
    async signedIn(trx, { user, deviceName, history }) {
      if (!outbox.isOn || history.knowsDevice || isFirst(user, history)) return
      const { id: userId, email: address } = user
      const facts = { deviceName, at: new Date(now()).toISOString() }
      await outbox.enqueue(trx, { kind: 'new_device', address, userId, facts })
    },

    async tokenReused(trx, { userId, sid }) {
      if (!outbox.isOn) return
      const account = await findAccount(trx, userId)
      if (!account) return
      const deviceName = await findDeviceName(trx, sid)
      await outbox.enqueue(trx, {
        kind: 'token_reused',
        address: account.user.email,
        userId,
        facts: { at: new Date(now()).toISOString(), ...(deviceName !== undefined && { deviceName }) },
      })
    },
  }
}
