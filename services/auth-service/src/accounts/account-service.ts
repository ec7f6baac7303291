import type { Origin } from '../audit/audit-event.ts'
import { userRegistered, userUpdated } from '../audit/security-events.ts'
import type { WriteAs } from '../database/write-as.ts'
import { problems } from '../errors.ts'
import { lockRecoveryShared } from '../sessions/session-event-repository.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import type { PasswordHasher } from '../users/password-hasher.ts'
import type { PasswordPolicy } from '../users/password-policy.ts'
import type { User } from '../users/user.ts'
import { insertAccount, lockAccount, type ProfileChange, updateProfile } from '../users/user-repository.ts'
import { assertAcceptablePassword, assertAcceptableUsername } from './assert-acceptable.ts'
import { toConflict } from './to-conflict.ts'

export type Registration = {
  readonly email: string
  readonly username: string
  readonly password: string
  readonly fullName?: string | undefined
}

export type AccountService = {
  /** @throws `email_taken`, `username_taken`, `invalid_request` for a user name or a password that is not acceptable */
  register(registration: Registration, origin: Origin): Promise<User>
  /** @throws `username_taken`, `user_not_found`, `invalid_request` for a user name that is not acceptable */
  changeProfile(userId: string, change: ProfileChange, origin: Origin): Promise<User>
}

type Dependencies = {
  readonly writeAs: WriteAs
  readonly store: SessionStore
  readonly hasher: PasswordHasher
  readonly policy: PasswordPolicy
}

export function createAccountService({ writeAs, store, hasher, policy }: Dependencies): AccountService {
  return {
    async register({ email, username, password, fullName = null }, origin) {
      assertAcceptableUsername(username)
      await assertAcceptablePassword(policy, '/password', password, { email, username, fullName })
      const passwordHash = await hasher.hash(password)
      const roles = ['user' as const]
      try {
        return await writeAs(origin, async (trx, audit) => {
          const { user } = await insertAccount(trx, { email, username, fullName, passwordHash, roles })
          await audit(userRegistered(user.id))
          return user
        })
      } catch (error) {
        throw toConflict(error)
      }
    },

    async changeProfile(userId, change, origin) {
      try {
        const account = await writeAs(origin, async (trx, audit) => {
          await lockRecoveryShared(trx)
          const before = await lockAccount(trx, userId)
          const { username } = change
          if (username !== undefined && username !== before?.user.username) assertAcceptableUsername(username)
          const changed = await updateProfile(trx, userId, change)
          if (before) await audit(...userUpdated({ userId, before: before.user, after: change }))
          await store.invalidateSnapshot(userId)
          return changed
        })
        if (!account) throw new problems.user_not_found()
        return account.user
      } catch (error) {
        throw toConflict(error)
      }
    },
  }
}
