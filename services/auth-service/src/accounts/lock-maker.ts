import { AccessError } from '@latchkey/resource-server'
import { findScopesForShare } from '../clients/client-repository.ts'
import type { AuthTransaction } from '../database/auth-database.ts'
import type { Policy } from '../permissions/policy.ts'
import { shareActiveAdministrators } from '../users/administrator-repository.ts'
import { findAccountForShare } from '../users/user-repository.ts'
import type { Caller } from './account-bound.ts'

/**
 * Has a caller who is about to make a link for another person keep what they may do until the transaction ends: whatever takes it away
 * comes before, and the call is refused, or after, and finds the link to withdraw; a role that is narrowed finds none, which is why
 * {@link assertMakerHolds} is asked when the link is used. Lock no other account before, unless all active administrators, and
 * none of these after.
 * @throws {AccessError} `token_revoked` for a caller who was disabled, erased or deleted, or has lost a scope, since the call began
 */
export async function lockMaker(trx: AuthTransaction, { id, kind, scopes }: Caller, policy: Policy): Promise<void> {
  const held = kind === 'user' ? await scopesOfUser(trx, id, policy) : await findScopesForShare(trx, id)
  const holdsAll = held !== undefined && [...scopes].every((scope) => held.includes(scope))
  if (!holdsAll) throw new AccessError('token_revoked')
}

async function scopesOfUser(
  trx: AuthTransaction,
  userId: string,
  policy: Policy,
): Promise<readonly string[] | undefined> {
  // First, as everywhere: nobody who waits for one of them holds one of the others.
  await shareActiveAdministrators(trx)
  const account = await findAccountForShare(trx, userId)
  return account?.user.status === 'active' ? policy.scopesOf(account.user.roles) : undefined
}
