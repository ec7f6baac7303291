import type { Origin } from '../audit/audit-event.ts'
import { userUpdated } from '../audit/security-events.ts'
import type { WriteAs } from '../database/write-as.ts'
import { problems } from '../errors.ts'
import { lockRecoveryShared } from '../sessions/session-event-repository.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import type { User } from '../users/user.ts'
import { lockAccount, type ProfileChange, updateProfile } from '../users/user-repository.ts'
import { assertAcceptableUsername } from './assert-acceptable.ts'
import { toConflict } from './to-conflict.ts'

/**
 * Changes what a user may change of their account without more proof than being signed in.
 * @throws `username_taken`, `user_not_found`, `invalid_request` for a user name that is not acceptable
 */
export type ChangeProfile = (userId: string, change: ProfileChange, origin: Origin) => Promise<User>

type Dependencies = { readonly writeAs: WriteAs; readonly store: SessionStore }

export function createChangeProfile({ writeAs, store }: Dependencies): ChangeProfile {
  return async (userId, change, origin) => {
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
