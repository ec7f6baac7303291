import { AccessError } from '@latchkey/resource-server'
import { findScopesForShare } from '../clients/client-repository.ts'
import type { AuthTransaction } from '../database/auth-database.ts'
import type { Policy } from '../permissions/policy.ts'
import { lockActiveAdministrators, shareActiveAdministrators } from '../users/administrator-repository.ts'
import type { Account } from '../users/user.ts'
import { findAccountForShare, lockAccounts } from '../users/user-repository.ts'
import type { Caller } from './account-bound.ts'

// What a caller may do was looked at before the transaction began. Whatever takes it away has the last word: it comes before, and the
// call is refused, or after, and then finds what the call has made, such as a link to withdraw. Transactions lock in one order, so that
// none waits for another in a circle: the policy, service clients, active administrators, other accounts, each by their ids.

/**
 * Has a caller keep what they may do until the transaction ends. A role that is narrowed later finds no link that its holders made, which
 * is why {@link assertMakerHolds} is asked when one is used. Lock no account before.
 * @throws {AccessError} `token_revoked` for a caller who was disabled, erased or deleted, or has lost a scope, since the call began
 */
export async function lockCaller(trx: AuthTransaction, caller: Caller, policy: Policy): Promise<void> {
  if (caller.kind === 'client') return lockClientCaller(trx, caller)
  await shareActiveAdministrators(trx)
  assertStillHolds(caller, scopesOf(await findAccountForShare(trx, caller.id), policy))
}

/** An account that is about to be changed, and the ids of all active administrators; all are locked. */
export type LockedTarget = { readonly account: Account | undefined; readonly administrators: readonly string[] }

/**
 * The same for a caller who is about to change an account, which may be any. Of two who take each other's rights away at once, one does.
 * @throws {AccessError} `token_revoked`
 */
export async function lockCallerAndAccount(
  trx: AuthTransaction,
  { caller, policy }: { readonly caller: Caller; readonly policy: Policy },
  userId: string,
): Promise<LockedTarget> {
  const isUser = caller.kind === 'user'
  if (!isUser) await lockClientCaller(trx, caller)
  const administrators = await lockActiveAdministrators(trx)
  const accounts = await lockAccounts(trx, isUser ? [caller.id, userId] : [userId])
  const find = (id: string): Account | undefined => accounts.find(({ user }) => user.id === id)
  if (isUser) assertStillHolds(caller, scopesOf(find(caller.id), policy))
  return { account: find(userId), administrators }
}

const lockClientCaller = async (trx: AuthTransaction, caller: Caller): Promise<void> =>
  assertStillHolds(caller, await findScopesForShare(trx, caller.id))

const scopesOf = (account: Account | undefined, policy: Policy): readonly string[] | undefined =>
  account?.user.status === 'active' ? policy.scopesOf(account.user.roles) : undefined

function assertStillHolds({ scopes }: Caller, held: readonly string[] | undefined): void {
  if (!held || ![...scopes].every((scope) => held.includes(scope))) throw new AccessError('token_revoked')
}
