import { UUID } from '@latchkey/problems'
import { findAuthority } from '../clients/client-repository.ts'
import { CLIENT_ID } from '../clients/service-client.ts'
import type { AuthTransaction } from '../database/auth-database.ts'
import { problems } from '../errors.ts'
import type { OpenedLink } from '../links/link-service.ts'
import type { Policy } from '../permissions/policy.ts'
import { findAccount } from '../users/user-repository.ts'

/** What it takes to make a link of this purpose for another person. */
const NEEDED = { invitation: 'users:invite', password_reset: 'users:write' } as const

/** Who holds it says that an address is the invitee's. */
export const TO_VOUCH = 'users:write'

/**
 * A link gives what its maker holds today. Most that takes something from a maker withdraws their links; a role that is narrowed, or an
 * account that is given more after the link was made, does not.
 * @returns whether the maker may still vouch for the address, if they did
 * @throws `invalid_link`
 */
export async function assertMakerHolds(
  trx: AuthTransaction,
  { link: { purpose, createdBy, isVouched }, account }: OpenedLink,
  policy: Policy,
): Promise<{ isVouched: boolean }> {
  if (createdBy === null || (purpose !== 'invitation' && purpose !== 'password_reset')) return { isVouched }
  const held = await scopesOf(trx, createdBy, policy)
  // An operator at the command line may do everything.
  if (held === undefined) return { isVouched }
  const needed = [NEEDED[purpose], ...policy.scopesOf(account.user.roles)]
  if (!needed.every((scope) => held.includes(scope))) throw new problems.invalid_link()
  return { isVouched: isVouched && held.includes(TO_VOUCH) }
}

async function scopesOf(trx: AuthTransaction, makerId: string, policy: Policy): Promise<readonly string[] | undefined> {
  if (CLIENT_ID.test(makerId)) return (await findAuthority(trx, makerId))?.scopes ?? []
  if (!UUID.test(makerId)) return undefined
  const maker = await findAccount(trx, makerId)
  return maker?.user.status === 'active' ? policy.scopesOf(maker.user.roles) : []
}
