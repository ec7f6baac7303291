import { isUniqueViolation } from '@latchkey/database'
import { commonProblems } from '@latchkey/problems'
import type { Origin } from '../audit/audit-event.ts'
import { passwordChanged, userRegistered, userUpdated } from '../audit/security-events.ts'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { WriteAs } from '../database/write-as.ts'
import { problems } from '../errors.ts'
import type { SessionKey } from '../sessions/session.ts'
import type { SessionRevoker } from '../sessions/session-revoker.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import type { PasswordHasher } from '../users/password-hasher.ts'
import type { PasswordOwner, PasswordPolicy } from '../users/password-policy.ts'
import type { SignInLimiter } from '../users/sign-in-limiter.ts'
import { type User, uniqueKey } from '../users/user.ts'
import {
  changePassword,
  findAccountForShare,
  insertAccount,
  type ProfileChange,
  updateProfile,
} from '../users/user-repository.ts'

export type Registration = {
  readonly email: string
  readonly username: string
  readonly password: string
  readonly fullName?: string | undefined
}

export type PasswordChange = { readonly currentPassword: string; readonly newPassword: string }

export type AccountService = {
  /** @throws `email_taken`, `username_taken`, `invalid_request` for a weak password */
  register(registration: Registration, origin: Origin): Promise<User>
  /** @throws `username_taken`, `user_not_found` */
  changeProfile(userId: string, change: ProfileChange, origin: Origin): Promise<User>
  /**
   * Also ends every session of the user but the one that asks.
   * @throws `wrong_password`, `too_many_requests`, `invalid_request` for a weak password
   */
  changePassword(session: SessionKey, change: PasswordChange, origin: Origin): Promise<void>
}

type Dependencies = {
  readonly db: AuthDatabase
  readonly writeAs: WriteAs
  readonly store: SessionStore
  readonly revoker: SessionRevoker
  readonly hasher: PasswordHasher
  readonly policy: PasswordPolicy
  readonly limiter: SignInLimiter
}

export function createAccountService(dependencies: Dependencies): AccountService {
  const { db, writeAs, store, revoker, hasher, policy, limiter } = dependencies

  async function assertAcceptable(path: string, password: string, owner: PasswordOwner): Promise<void> {
    const message = await policy.objection(password, owner)
    if (message === undefined) return
    throw new commonProblems.invalid_request({ detail: `The password ${message}.`, errors: [{ path, message }] })
  }

  return {
    async register({ email, username, password, fullName = null }, origin) {
      await assertAcceptable('/password', password, { email, username, fullName })
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
          const changed = await updateProfile(trx, userId, change)
          await audit(userUpdated(userId, change))
          await store.invalidateSnapshot(userId)
          return changed
        })
        if (!account) throw new problems.user_not_found()
        return account.user
      } catch (error) {
        throw toConflict(error)
      }
    },

    async changePassword({ userId, deviceId, sid }, { currentPassword, newPassword }, origin) {
      const account = await findAccountForShare(db, userId)
      if (!account) throw new problems.user_not_found()
      // A stolen access token must not be worth a password: guesses here count as they do at sign-in.
      const attempt = { accountName: uniqueKey(account.user.email), address: origin.ip }
      await limiter.begin(attempt)
      if (!(await hasher.verify(account.passwordHash, currentPassword))) throw new problems.wrong_password()
      await limiter.succeeded(attempt)
      await assertAcceptable('/newPassword', newPassword, account.user)
      const passwordHash = await hasher.hash(newPassword)
      const recorded = await writeAs(origin, async (trx, audit) => {
        if (!(await changePassword(trx, account, passwordHash))) throw new problems.wrong_password()
        await audit(passwordChanged({ userId, deviceId }))
        return revoker.recordAll(trx, audit, userId, 'password_changed', sid)
      })
      await revoker.apply(recorded)
    },
  }
}

function toConflict(error: unknown): unknown {
  if (isUniqueViolation(error, 'users_email_key')) return new problems.email_taken({ cause: error })
  if (isUniqueViolation(error, 'users_username_key')) return new problems.username_taken({ cause: error })
  return error
}
