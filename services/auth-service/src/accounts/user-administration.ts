import type { Role } from '@latchkey/access-token'
import { roleChanged, userDisabled, userEnabled, userUpdated } from '../audit/security-events.ts'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { WriteAs } from '../database/write-as.ts'
import { problems } from '../errors.ts'
import type { SessionRevoker } from '../sessions/session-revoker.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import { lockActiveAdministrators } from '../users/administrator-repository.ts'
import type { User, UserStatus } from '../users/user.ts'
import { findUser, listUsers, type UserFilter } from '../users/user-listing-repository.ts'
import { lockAccount, updateAccount } from '../users/user-repository.ts'
import { assertMayGrant, assertWithinScopes, type Caller } from './account-bound.ts'

export type UserChange = { readonly roles?: Role[]; readonly status?: UserStatus; readonly fullName?: string | null }

export type UserAdministration = {
  /** Newest accounts first, from those before `beforeId`; one more than `limit` where there are more. */
  list(filter: UserFilter, limit: number, beforeId: string | undefined): Promise<User[]>
  /** @throws `user_not_found` */
  get(userId: string): Promise<User>
  /**
   * Changes a user; disabling ends every session. It may be repeated: what has its value already stays.
   * @throws `user_not_found`, `exceeds_own_scopes`, `last_admin`
   */
  change(userId: string, change: UserChange, caller: Caller): Promise<User>
}

type Dependencies = {
  readonly db: AuthDatabase
  readonly writeAs: WriteAs
  readonly store: SessionStore
  readonly revoker: SessionRevoker
}

/** Offboarding reaches every account, whatever it holds. */
export const isDisablingOnly = (change: UserChange): boolean =>
  change.status === 'disabled' && Object.keys(change).length === 1

const isActiveAdmin = ({ roles, status }: Pick<User, 'roles' | 'status'>): boolean =>
  status === 'active' && roles.includes('admin')

export function createUserAdministration({ db, writeAs, store, revoker }: Dependencies): UserAdministration {
  return {
    list: (filter, limit, beforeId) => listUsers(db, filter, limit + 1, beforeId),

    async get(userId) {
      const user = await findUser(db, userId)
      if (!user) throw new problems.user_not_found()
      return user
    },

    async change(userId, change, caller) {
      const { user, disabled } = await writeAs(caller.origin, async (trx, audit) => {
        // Before all other rows, in one order: two administrators who demote each other must not both succeed.
        const administrators = await lockActiveAdministrators(trx)
        const before = await lockAccount(trx, userId)
        if (!before) throw new problems.user_not_found()
        if (!isDisablingOnly(change)) assertWithinScopes(caller, before)
        if (change.roles) assertMayGrant(caller, change.roles)
        const isDemotion = isActiveAdmin(before.user) && !isActiveAdmin({ ...before.user, ...change })
        if (isDemotion && administrators.length === 1) throw new problems.last_admin()

        const isDisabling = change.status === 'disabled' && before.user.status === 'active'
        const isEnabling = change.status === 'active' && before.user.status === 'disabled'
        const { user, tokenVersion } = await updateAccount(trx, before, change, isDisabling)
        const { status: _, roles = before.user.roles, ...profile } = change
        await audit(...userUpdated({ userId, before: before.user, after: profile }))
        await audit(...roleChanged({ userId, before: before.user.roles, after: roles }))
        if (isDisabling) await audit(userDisabled(userId))
        if (isEnabling) await audit(userEnabled(userId))
        await store.invalidateSnapshot(userId)
        if (user.status !== 'disabled') return { user }
        // Also if it was disabled before: then this repeats a call that failed half way.
        const recorded = await revoker.recordAll(trx, audit, userId, 'account_disabled')
        return { user, disabled: { recorded, bumpedVersion: { userId, minVersion: tokenVersion } } }
      })
      if (disabled) await revoker.apply(disabled.recorded, disabled.bumpedVersion)
      return user
    },
  }
}
