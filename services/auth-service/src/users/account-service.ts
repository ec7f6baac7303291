import { isUniqueViolation } from '@latchkey/database'
import { edgeProblems } from '@latchkey/service-kit'
import type { AuthDatabase } from '../database/auth-database.ts'
import { problems, UserGone, WrongPassword } from '../errors.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import type { PasswordHasher } from './password-hasher.ts'
import type { PasswordPolicy } from './password-policy.ts'
import type { SignInLimiter } from './sign-in-limiter.ts'
import type { User } from './user.ts'
import {
  changePassword,
  findSettledAccount,
  insertAccount,
  type ProfileChange,
  updateProfile,
} from './user-repository.ts'
import { uniqueKey } from './user-table.ts'

export type Registration = {
  readonly email: string
  readonly username: string
  readonly password: string
  readonly fullName?: string | undefined
}

export type PasswordChange = {
  readonly currentPassword: string
  readonly newPassword: string
  readonly address: string
}

export type AccountService = {
  /** @throws `email_taken`, `username_taken`, `invalid_request` for a weak password */
  register(registration: Registration): Promise<User>
  /** @throws `username_taken` */
  changeProfile(userId: string, change: ProfileChange): Promise<User>
  /** Ends the user's sessions on every device but `deviceId`. @throws {WrongPassword}, `too_many_requests` */
  changePassword(userId: string, deviceId: string, change: PasswordChange): Promise<void>
}

type Dependencies = {
  readonly db: AuthDatabase
  readonly store: SessionStore
  readonly hasher: PasswordHasher
  readonly policy: PasswordPolicy
  readonly limiter: SignInLimiter
}

export function createAccountService({ db, store, hasher, policy, limiter }: Dependencies): AccountService {
  async function demandGood(path: string, password: string, about: { email: string; username: string }): Promise<void> {
    const message = await policy.objection(password, about)
    if (message)
      throw new edgeProblems.invalid_request({ detail: `The password ${message}.`, errors: [{ path, message }] })
  }

  return {
    async register({ email, username, password, fullName }) {
      await demandGood('/password', password, { email, username })
      const passwordHash = await hasher.hash(password)
      try {
        const account = await insertAccount(db, {
          email,
          username,
          fullName: fullName ?? null,
          passwordHash,
          roles: ['user'],
        })
        return account.user
      } catch (error) {
        throw namedConflict(error)
      }
    },

    async changeProfile(userId, change) {
      try {
        const account = await db.transaction().execute(async (trx) => {
          const changed = await updateProfile(trx, userId, change)
          await store.forgetSnapshot(userId)
          return changed
        })
        if (!account) throw new UserGone()
        return account.user
      } catch (error) {
        throw namedConflict(error)
      }
    },

    async changePassword(userId, deviceId, { currentPassword, newPassword, address }) {
      const account = await findSettledAccount(db, userId)
      if (!account) throw new UserGone()
      // A stolen access token must not be worth a password: guesses here count as they do at sign-in.
      const attempt = { accountName: uniqueKey(account.user.email), address }
      await limiter.begin(attempt)
      if (!(await hasher.verify(account.passwordHash, currentPassword))) throw new WrongPassword()
      await limiter.succeeded(attempt)
      await demandGood('/newPassword', newPassword, account.user)
      const passwordHash = await hasher.hash(newPassword)
      await db.transaction().execute(async (trx) => {
        if (!(await changePassword(trx, account, passwordHash))) throw new WrongPassword()
        await store.endAll(userId, 'password_changed', deviceId)
      })
    },
  }
}

function namedConflict(error: unknown): unknown {
  if (isUniqueViolation(error, 'users_email_key')) return new problems.email_taken({ cause: error })
  if (isUniqueViolation(error, 'users_username_key')) return new problems.username_taken({ cause: error })
  return error
}
