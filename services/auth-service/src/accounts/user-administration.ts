import type { Role } from '@latchkey/access-token'
import type { Origin } from '../audit/audit-event.ts'
import { recordUserDisabled, recordUserEnabled, recordUserUpdate } from '../audit/audit-trail.ts'
import type { AuthDatabase } from '../database/auth-database.ts'
import { problems } from '../errors.ts'
import type { SessionRevoker } from '../sessions/session-revoker.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import type { User, UserStatus } from '../users/user.ts'
import {
  findUser,
  listUsers,
  lockAccount,
  lockActiveAdministrators,
  type UserFilter,
  updateAccount,
} from '../users/user-repository.ts'

export type UserChange = { readonly roles?: Role[]; readonly status?: UserStatus; readonly fullName?: string | null }

export type UserAdministration = {
  /** Newest accounts first; one more than `limit` where there are more. */
  list(filter: UserFilter, limit: number, beforeId: string | undefined): Promise<User[]>
  /** @throws `user_not_found` */
  get(userId: string): Promise<User>
  /**
   * Changes a user; disabling ends every session. What is as it should be already is left alone, so repeating is safe.
   * @throws `user_not_found`, `last_admin`
   */
  change(userId: string, change: UserChange, origin: Origin): Promise<User>
}

type Dependencies = { readonly db: AuthDatabase; readonly store: SessionStore; readonly revoker: SessionRevoker }

const isActiveAdmin = ({ roles, status }: Pick<User, 'roles' | 'status'>): boolean =>
  status === 'active' && roles.includes('admin')

export function createUserAdministration({ db, store, revoker }: Dependencies): UserAdministration {
  return {
    list: (filter, limit, beforeId) => listUsers(db, filter, limit + 1, beforeId),

    async get(userId) {
      const user = await findUser(db, userId)
      if (!user) throw new problems.user_not_found()
      return user
    },

    async change(userId, change, origin) {
      const { user, ended } = await db.transaction().execute(async (trx) => {
        // First of all rows, in one order: two administrators who demote each other must not both succeed.
        const administrators = await lockActiveAdministrators(trx)
        const before = await lockAccount(trx, userId)
        if (!before) throw new problems.user_not_found()
        if (
          isActiveAdmin(before.user) &&
          !isActiveAdmin({ ...before.user, ...change }) &&
          administrators.length === 1
        ) {
          throw new problems.last_admin()
        }
        const isDisabling = change.status === 'disabled' && before.user.status === 'active'
        const after = await updateAccount(trx, before, change, isDisabling)
        const { status, ...rest } = change
        if (Object.keys(rest).length > 0) await recordUserUpdate(trx, origin, userId, rest)
        if (isDisabling) await recordUserDisabled(trx, origin, userId)
        if (status === 'active' && before.user.status === 'disabled') await recordUserEnabled(trx, origin, userId)
        await store.invalidateSnapshot(userId)
        // Also when it was disabled before: then this is the repetition of a call that failed half way.
        if (after.user.status !== 'disabled') return { user: after.user, ended: undefined }
        const recorded = await revoker.recordAll(trx, userId, 'account_disabled', origin)
        return { user: after.user, ended: { recorded, raised: { userId, minVersion: after.tokenVersion } } }
      })
      if (ended) await revoker.apply(ended.recorded, ended.raised)
      return user
    },
  }
}
