import { ownOrigin } from '../audit/audit-event.ts'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { WriteAs } from '../database/write-as.ts'
import { lockRecoveryShared } from '../sessions/session-event-repository.ts'
import { listUnverifiedSince } from '../users/address-repository.ts'
import { givesWay } from '../users/user.ts'
import { lockAccount } from '../users/user-repository.ts'
import type { Erasure } from './erasure.ts'

type Dependencies = {
  readonly db: AuthDatabase
  readonly writeAs: WriteAs
  readonly erasure: Erasure
  /** Epoch milliseconds. */
  readonly now: () => number
}

const AT_ONCE = 100

/** Erases accounts that registered themselves and did not verify their address in time. To be repeated. */
export function createEraseUnverified({ db, writeAs, erasure, now }: Dependencies): () => Promise<void> {
  const origin = ownOrigin('housekeeping')

  async function eraseIfUnverified(userId: string): Promise<void> {
    const isErased = await writeAs(origin, async (trx, audit) => {
      await lockRecoveryShared(trx)
      const account = await lockAccount(trx, userId)
      // Its owner, or an administrator, may have come in between.
      if (!account?.unverifiedUntil || account.unverifiedUntil.getTime() > now()) return false
      if (!givesWay(account)) return false
      await erasure.erase(trx, audit, { account, why: 'unverified', origin })
      return true
    })
    if (isErased) await erasure.tryPurge(userId)
  }

  return async () => {
    for (const userId of await listUnverifiedSince(db, new Date(now()), AT_ONCE)) await eraseIfUnverified(userId)
  }
}
