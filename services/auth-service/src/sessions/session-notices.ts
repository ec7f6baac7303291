import type { AuthTransaction } from '../database/auth-database.ts'
import type { MailOutbox } from '../mail/mail-outbox.ts'
import { findAccount } from '../users/user-repository.ts'
import type { SessionKey } from './session.ts'
import { findDeviceName } from './session-event-repository.ts'

/** What the owner of an account is sent about its sessions, as part of the transaction that it is about. */
export type SessionNotices = {
  /** A copy of a refresh token was used. */
  tokenReused(trx: AuthTransaction, session: SessionKey): Promise<void>
}

type Dependencies = {
  readonly outbox: MailOutbox
  /** Epoch milliseconds. */
  readonly now: () => number
}

export function createSessionNotices({ outbox, now }: Dependencies): SessionNotices {
  return {
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
