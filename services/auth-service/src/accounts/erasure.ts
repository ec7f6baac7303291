import type { Log } from '@latchkey/problems'
import type { AuditOrigin } from '../audit/audit-event.ts'
import { eraseAuditOf } from '../audit/audit-repository.ts'
import { userErased } from '../audit/security-events.ts'
import { listClientsLeftBy } from '../clients/left-clients-repository.ts'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import type { Audit } from '../database/write-as.ts'
import { forgetRevokedDevices } from '../devices/revoked-device-repository.ts'
import { deleteLinksTo, withdrawLinksBy } from '../links/link-repository.ts'
import { eraseFromMails } from '../mail/mail-repository.ts'
import { markOfErased } from '../reconciliation/account-mark.ts'
import type { AccountMarks } from '../reconciliation/redis-account-marks.ts'
import { allTokensOf, type RevocationPublisher } from '../revocations/redis-revocation-publisher.ts'
import { deleteOpenings } from '../sessions/session-event-repository.ts'
import type { SessionRevoker } from '../sessions/session-revoker.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import { listUnpurged, markPurged, replaceWithTombstone } from '../users/erased-user-repository.ts'
import { forgetFormerAddresses, listAddressKeysOf } from '../users/former-address-repository.ts'
import type { Account } from '../users/user.ts'

export type ErasureReason = Parameters<typeof userErased>[0]['why']

/**
 * Erases accounts: names, addresses, IPs and user agents go everywhere, the names are free again, and a tombstone with the id stays,
 * so that nothing revives it.
 */
export type Erasure = {
  /**
   * Part of a transaction that has locked the account. Every session of it ends now, even if the transaction does not commit.
   * Once it has committed, call {@link Erasure.purge}.
   */
  erase(
    trx: AuthTransaction,
    audit: Audit,
    erased: { account: Account; why: ErasureReason; origin: AuditOrigin },
  ): Promise<void>
  /**
   * Has every verifier, Redis and the audit trail follow, which is once the tombstone is there for all to see. It may be repeated, and
   * is, by {@link Erasure.purgePending}, where it failed.
   */
  purge(userId: string): Promise<void>
  /** The same for callers whose answer must not depend on it: a failure is logged, and left to {@link Erasure.purgePending}. */
  tryPurge(userId: string): Promise<void>
  /** Purges what a failure left. To be repeated. */
  purgePending(): Promise<void>
}

type Dependencies = {
  readonly db: AuthDatabase
  readonly store: Pick<SessionStore, 'forget'>
  readonly revoker: Pick<SessionRevoker, 'revokeAllNow'>
  readonly publisher: RevocationPublisher
  readonly marks: Pick<AccountMarks, 'write'>
  readonly log: Pick<Log, 'warn'>
}

/** A command that was on its way to Redis when its account was erased has run by then, or never will. */
const RECENT_SECONDS = 30
const AT_ONCE = 100
/** What the caller waits for. 10,000 entries of a user take about a second on a busy machine. */
const TRAIL_WITHIN_MS = 8000
/** What housekeeping waits for: the trail of a program that signed in all day for years. */
const LARGE_TRAIL_WITHIN_MS = 15 * 60_000

export function createErasure({ db, store, revoker, publisher, marks, log }: Dependencies): Erasure {
  async function purge(userId: string, trailWithinMs: number): Promise<void> {
    await publisher.publish([allTokensOf(userId)])
    await marks.write([markOfErased(userId)])
    await store.forget(userId)
    await db.transaction().execute(async (trx) => {
      const addressKeys = await markPurged(trx, userId)
      if (addressKeys) await eraseAuditOf(trx, { userId, addressKeys, timeoutMs: trailWithinMs })
    })
  }

  async function tryPurge(userId: string, trailWithinMs: number): Promise<void> {
    try {
      await purge(userId, trailWithinMs)
    } catch (err) {
      log.warn({ err, erasedId: userId }, 'an erased account has left traces; they are purged with the next attempt')
    }
  }

  return {
    async erase(trx, audit, { account, why, origin }) {
      const userId = account.user.id
      await revoker.revokeAllNow(userId, 'account_disabled', origin)
      await deleteOpenings(trx, userId)
      await forgetRevokedDevices(trx, userId)
      await withdrawLinksBy(trx, userId)
      const addressKeys = await listAddressKeysOf(trx, userId)
      await eraseFromMails(trx, { userId, addressKeys })
      await replaceWithTombstone(trx, userId, addressKeys)
      // What others have of the person: an address that they left, or asked for and never confirmed.
      await deleteLinksTo(trx, addressKeys)
      await forgetFormerAddresses(trx, addressKeys)
      await audit(userErased({ userId, why, clients: await listClientsLeftBy(trx, userId) }))
    },

    purge: (userId) => purge(userId, TRAIL_WITHIN_MS),

    tryPurge: (userId) => tryPurge(userId, TRAIL_WITHIN_MS),

    async purgePending() {
      for (const userId of await listUnpurged(db, RECENT_SECONDS, AT_ONCE)) {
        await tryPurge(userId, LARGE_TRAIL_WITHIN_MS)
      }
    },
  }
}
