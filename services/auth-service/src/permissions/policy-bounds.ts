import type { AuthTransaction } from '../database/auth-database.ts'
import { problems } from '../errors.ts'
import { ADMIN_ROLE } from './built-in.ts'
import type { Policy } from './policy.ts'
import { listRoleCombinations } from './policy-repository.ts'
import { MAX_TOKEN_BYTES, type TokenSize } from './token-size.ts'

/** Scopes of a company's own. */
export const MAX_OWN_SCOPES = 64

/**
 * A user with these roles gets a token that every proxy and cookie holds.
 * @throws `too_many_scopes`
 */
export function assertTokenFits(policy: Policy, roles: readonly string[], tokenSize: TokenSize): void {
  if (tokenSize(roles, policy.scopesOf(roles)) > MAX_TOKEN_BYTES) throw new problems.too_many_scopes()
}

/**
 * The policy is small enough: there are not too many scopes, and the token of every present account fits. Those of service clients are
 * smaller than that of an administrator.
 * @throws `too_many_scopes`
 */
export async function assertPolicyFits(trx: AuthTransaction, policy: Policy, tokenSize: TokenSize): Promise<void> {
  const own = [...policy.scopes.values()].filter(({ isBuiltIn }) => !isBuiltIn)
  if (own.length > MAX_OWN_SCOPES) throw new problems.too_many_scopes()
  for (const roles of [[ADMIN_ROLE], ...(await listRoleCombinations(trx))]) assertTokenFits(policy, roles, tokenSize)
}
