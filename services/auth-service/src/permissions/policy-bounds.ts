import type { AuthTransaction } from '../database/auth-database.ts'
import { problems } from '../errors.ts'
import { ADMIN_ROLE } from './built-in.ts'
import type { Policy } from './policy.ts'
import { listRoleCombinations } from './policy-repository.ts'
import { MAX_TOKEN_BYTES, type TokenSize } from './token-size.ts'

/** Scopes of a company's own. */
export const MAX_OWN_SCOPES = 64

/** What a user has: roles, and the policy that says what they give. */
type Held = { readonly policy: Policy; readonly roles: readonly string[] }

/** Whether the access token of a user who has this is one that every proxy and cookie holds. */
export const tokenFits = (held: Held, tokenSize: TokenSize): boolean => sizeOf(held, tokenSize) <= MAX_TOKEN_BYTES

/**
 * The same. A token that was too long before may stay so, or become shorter.
 * @throws `too_many_scopes`
 */
export function assertTokenFits(held: Held, tokenSize: TokenSize, before?: Held): void {
  if (tokenFits(held, tokenSize)) return
  if (!before || sizeOf(held, tokenSize) > sizeOf(before, tokenSize)) throw new problems.too_many_scopes()
}

const sizeOf = ({ policy, roles }: Held, tokenSize: TokenSize): number => tokenSize(roles, policy.scopesOf(roles))

type Change = { readonly before: Policy; readonly after: Policy }

/**
 * The policy is small enough: there are not too many scopes, and the token of every present account fits. Those of service clients are
 * smaller than that of an administrator.
 * @throws `too_many_scopes`
 */
export async function assertPolicyFits(
  trx: AuthTransaction,
  { before, after }: Change,
  tokenSize: TokenSize,
): Promise<void> {
  if (countOwnScopes(after) > Math.max(MAX_OWN_SCOPES, countOwnScopes(before))) throw new problems.too_many_scopes()
  for (const roles of [[ADMIN_ROLE], ...(await listRoleCombinations(trx))]) {
    assertTokenFits({ policy: after, roles }, tokenSize, { policy: before, roles })
  }
}

const countOwnScopes = ({ scopes }: Policy): number => [...scopes.values()].filter(({ isBuiltIn }) => !isBuiltIn).length
