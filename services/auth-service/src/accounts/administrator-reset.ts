import { commonProblems } from '@latchkey/problems'
import { passwordResetRequested } from '../audit/security-events.ts'
import type { WriteAs } from '../database/write-as.ts'
import { problems } from '../errors.ts'
import { countLinksFor } from '../links/link-repository.ts'
import type { Permissions } from '../permissions/permissions.ts'
import { assertWithinScopes, type Caller } from './account-bound.ts'
import type { HandedLink, HandOver } from './handed-link.ts'
import { lockCallerAndAccount } from './lock-caller.ts'

/**
 * Has a link sent to a user, or shown, that sets a new password: the user chooses it, and the caller never knows it.
 * @throws `user_not_found`, `exceeds_own_scopes`, `invitation_open`, `account_disabled`, `too_many_requests`
 */
export type RequestPasswordReset = (userId: string, caller: Caller) => Promise<HandedLink>

type Dependencies = {
  readonly writeAs: WriteAs
  readonly handOver: HandOver
  readonly permissions: Permissions
  /** Epoch milliseconds. */
  readonly now: () => number
}

const HOUR_MS = 3_600_000
/** Of administrators, for one account. Strangers who ask for others of that mailbox take none of them away. */
const RESETS_PER_HOUR = 3

export function createRequestPasswordReset({
  writeAs,
  handOver,
  permissions,
  now,
}: Dependencies): RequestPasswordReset {
  return (userId, caller) =>
    writeAs(caller.origin, async (trx, audit) => {
      const policy = await permissions.share(trx)
      const { account } = await lockCallerAndAccount(trx, { caller, policy }, userId)
      if (!account) throw new problems.user_not_found()
      assertWithinScopes(caller, account, policy)
      if (account.user.status === 'invited') throw new problems.invitation_open()
      if (account.user.status === 'disabled') throw new problems.account_disabled()
      const recent = await countLinksFor(trx, userId, 'password_reset', new Date(now() - HOUR_MS))
      const request = { purpose: 'password_reset' as const, account, createdBy: caller.id }
      const handed = recent < RESETS_PER_HOUR ? await handOver(trx, request, { isUnlimited: true }) : undefined
      if (!handed) throw new commonProblems.too_many_requests({ retryAfterSeconds: HOUR_MS / 1000 })
      await audit(passwordResetRequested(userId))
      return handed
    })
}
