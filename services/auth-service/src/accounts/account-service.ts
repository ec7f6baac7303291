import { isUniqueViolation } from '@latchkey/database'
import { commonProblems } from '@latchkey/problems'
import type { Origin } from '../audit/audit-event.ts'
import { recordPasswordChange, recordRegistration, recordUserUpdate } from '../audit/audit-trail.ts'
import type { AuthDatabase } from '../database/auth-database.ts'
import { problems } from '../errors.ts'
import type { SessionKey } from '../sessions/session.ts'
import type { SessionRevoker } from '../sessions/session-revoker.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import type { PasswordHasher } from '../users/password-hasher.ts'
import type { PasswordPolicy } from '../users/password-policy.ts'
import type { SignInLimiter } from '../users/sign-in-limiter.ts'
import type { User } from '../users/user.ts'
import {
  changePassword,
  findSettledAccount,
  insertAccount,
  type ProfileChange,
  updateProfile,
} from '../users/user-repository.ts'
import { uniqueKey } from '../users/user-table.ts'

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
  /** @throws `username_taken` */
  changeProfile(userId: string, change: ProfileChange, origin: Origin): Promise<User>
  /** Ends every session of the user but the one that asks. @throws `wrong_password`, `too_many_requests` */
  changePassword(session: SessionKey, change: PasswordChange, origin: Origin): Promise<void>
}

type Dependencies = {
  readonly db: AuthDatabase
  readonly store: SessionStore
  readonly revoker: SessionRevoker
  readonly hasher: PasswordHasher
  readonly policy: PasswordPolicy
  readonly limiter: SignInLimiter
}

export function createAccountService({ db, store, revoker, hasher, policy, limiter }: Dependencies): AccountService {
  async function demandGood(path: string, password: string, about: { email: string; username: string }): Promise<void> {
    const message = await policy.objection(password, about)
    if (message)
      throw new commonProblems.invalid_request({ detail: `The password ${message}.`, errors: [{ path, message }] })
  }

  return {
    async register({ email, username, password, fullName }, origin) {
      await demandGood('/password', password, { email, username })
      const passwordHash = await hasher.hash(password)
      try {
        return await db.transaction().execute(async (trx) => {
          const { user } = await insertAccount(trx, {
            email,
            username,
            fullName: fullName ?? null,
            passwordHash,
            roles: ['user'],
          })
          await recordRegistration(trx, origin, user.id)
          return user
        })
      } catch (error) {
        throw namedConflict(error)
      }
    },

    async changeProfile(userId, change, origin) {
      try {
        const account = await db.transaction().execute(async (trx) => {
          const changed = await updateProfile(trx, userId, change)
          await recordUserUpdate(trx, origin, userId, change)
          await store.invalidateSnapshot(userId)
          return changed
        })
        if (!account) throw new problems.user_not_found()
        return account.user
      } catch (error) {
        throw namedConflict(error)
      }
    },

    async changePassword({ userId, deviceId, sid }, { currentPassword, newPassword }, origin) {
      const account = await findSettledAccount(db, userId)
      if (!account) throw new problems.user_not_found()
      // A stolen access token must not be worth a password: guesses here count as they do at sign-in.
      const attempt = { accountName: uniqueKey(account.user.email), address: origin.ip }
      await limiter.begin(attempt)
      if (!(await hasher.verify(account.passwordHash, currentPassword))) throw new problems.wrong_password()
      await limiter.succeeded(attempt)
      await demandGood('/newPassword', newPassword, account.user)
      const passwordHash = await hasher.hash(newPassword)
      const recorded = await db.transaction().execute(async (trx) => {
        if (!(await changePassword(trx, account, passwordHash))) throw new problems.wrong_password()
        await recordPasswordChange(trx, origin, userId, deviceId)
        return revoker.recordAll(trx, userId, 'password_changed', origin, sid)
      })
      await revoker.apply(recorded)
    },
  }
}

function namedConflict(error: unknown): unknown {
  if (isUniqueViolation(error, 'users_email_key')) return new problems.email_taken({ cause: error })
  if (isUniqueViolation(error, 'users_username_key')) return new problems.username_taken({ cause: error })
  return error
}
