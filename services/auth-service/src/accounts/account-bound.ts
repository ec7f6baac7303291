import type { Origin } from '../audit/audit-event.ts'
import { problems } from '../errors.ts'
import { BUILT_IN_POLICY } from '../permissions/policy.ts'
import type { User } from '../users/user.ts'

/** Who makes a call under an access token, and what they may do today. */
export type Caller = {
  readonly id: string
  /** Of a user, as mails show it to others. */
  readonly name: string | null
  /** A service client has no session, and no account. */
  readonly kind: 'user' | 'client'
  readonly scopes: ReadonlySet<string>
  readonly origin: Origin
}

/**
 * The bound of every call that acts on an account: it reaches no account that holds, or is invited to, a scope that the caller
 * lacks. Without it the mailbox or the name of an administrator would be in the hands of any caller who may change users.
 * Disabling is the one call that is exempt.
 * @throws `exceeds_own_scopes`
 */
export function assertWithinScopes(caller: Caller, { user }: { readonly user: Pick<User, 'roles'> }): void {
  assertMayGrant(caller, user.roles)
}

/**
 * A caller grants no role that holds a scope beyond their own.
 * @throws `exceeds_own_scopes`
 */
export function assertMayGrant(caller: Caller, roles: readonly string[]): void {
  assertHolds(caller, BUILT_IN_POLICY.scopesOf(roles))
}

/**
 * The same for scopes of service clients, which a secret of theirs is worth.
 * @throws `exceeds_own_scopes`
 */
export function assertHolds({ scopes }: Caller, granted: readonly string[]): void {
  if (!granted.every((scope) => scopes.has(scope))) throw new problems.exceeds_own_scopes()
}
