import type { WriteAs } from '../database/write-as.ts'
import { problems } from '../errors.ts'
import type { Permissions } from '../permissions/permissions.ts'
import { isPurgePending } from '../users/erased-user-repository.ts'
import { assertWithinScopes, type Caller } from './account-bound.ts'
import type { Erasure } from './erasure.ts'
import { lockCallerAndAccount } from './lock-caller.ts'

/**
 * Erases an account at the request of an administrator, in whatever status it is. A call that failed halfway may be repeated.
 * @throws `user_not_found` also once it is erased, `exceeds_own_scopes`, `last_admin`
 */
export type EraseUser = (userId: string, caller: Caller) => Promise<void>

type Dependencies = { readonly writeAs: WriteAs; readonly erasure: Erasure; readonly permissions: Permissions }

export function createEraseUser({ writeAs, erasure, permissions }: Dependencies): EraseUser {
  return async (userId, caller) => {
    const { origin } = caller
    await writeAs(origin, async (trx, audit) => {
      const policy = await permissions.share(trx)
      const { account, administrators } = await lockCallerAndAccount(trx, { caller, policy }, userId)
      if (!account) {
        if (await isPurgePending(trx, userId)) return
        throw new problems.user_not_found()
      }
      assertWithinScopes(caller, account, policy)
      if (administrators.length === 1 && administrators.includes(userId)) throw new problems.last_admin()
      await erasure.erase(trx, audit, { account, why: 'requested', origin })
    })
    await erasure.purge(userId)
  }
}
