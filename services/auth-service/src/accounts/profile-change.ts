import { assertAsRead } from '@latchkey/problems'
import type { Origin } from '../audit/audit-event.ts'
import { userUpdated } from '../audit/security-events.ts'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { WriteAs } from '../database/write-as.ts'
import { problems } from '../errors.ts'
import { lockRecoveryShared } from '../sessions/session-event-repository.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import type { User } from '../users/user.ts'
import { findAccount, lockAccount, type ProfileChange, updateProfile } from '../users/user-repository.ts'
import type { AccountQuotas } from './account-quotas.ts'
import { assertAcceptableUsername } from './assert-acceptable.ts'
import { toConflict } from './to-conflict.ts'

/**
 * Changes what a user may change of their account without more proof than being signed in.
 * What is as it was writes nothing.
 * @param asRead the rest of the user, as it was read
 * @throws `username_taken`, `user_not_found`, `too_many_requests`, `invalid_request` for a user name that is not acceptable, and
 * for what was not read so
 */
export type ChangeProfile = (
  userId: string,
  change: ProfileChange,
  origin: Origin,
  asRead?: Readonly<Record<string, unknown>>,
) => Promise<User>

type Dependencies = {
  readonly db: AuthDatabase
  readonly writeAs: WriteAs
  readonly store: SessionStore
  readonly quotas: AccountQuotas
}

export function createChangeProfile({ db, writeAs, store, quotas }: Dependencies): ChangeProfile {
  return async (userId, change, origin, asRead = {}) => {
    const account = await findAccount(db, userId)
    if (account) assertAsRead({ ...account.user }, asRead)
    if (account && isUnchanged(account.user, change)) return account.user
    await quotas.spend(userId, 'profile-changes')
    try {
      const account = await writeAs(origin, async (trx, audit) => {
        await lockRecoveryShared(trx)
        const before = await lockAccount(trx, userId)
        if (!before) throw new problems.user_not_found()
        const { username } = change
        if (username !== undefined && username !== before.user.username) assertAcceptableUsername(username)
        const changed = await updateProfile(trx, before, change)
        await audit(...userUpdated({ userId, before: before.user, after: change }))
        await store.invalidateSnapshot(userId)
        return changed
      })
      return account.user
    } catch (error) {
      throw toConflict(error)
    }
  }
}

const isUnchanged = (user: User, { username = user.username, fullName = user.fullName }: ProfileChange): boolean =>
  username === user.username && fullName === user.fullName
