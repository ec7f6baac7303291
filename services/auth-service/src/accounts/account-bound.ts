import { invalidInput } from '@latchkey/problems'
import type { Origin } from '../audit/audit-event.ts'
import { problems } from '../errors.ts'
import type { Policy } from '../permissions/policy.ts'
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
export function assertWithinScopes(
  caller: Caller,
  { user }: { readonly user: Pick<User, 'roles'> },
  policy: Policy,
): void {
  assertHolds(caller, policy.scopesOf(user.roles))
}

/**
 * A caller grants no role that holds a scope beyond their own.
 * @throws `invalid_request` for what is no role, `exceeds_own_scopes`
 */
export function assertMayGrant(caller: Caller, roles: readonly string[], policy: Policy): void {
  const unknown = roles.findIndex((role) => !policy.roles.has(role))
  if (unknown !== -1) throw invalidInput({ path: `/roles/${unknown}`, message: 'must be the name of a role' })
  assertHolds(caller, policy.scopesOf(roles))
}

/**
 * The same for the scopes of a role or of a service client.
 * @throws `exceeds_own_scopes`
 */
export function assertHolds({ scopes }: Pick<Caller, 'scopes'>, granted: readonly string[]): void {
  if (!granted.every((scope) => scopes.has(scope))) throw new problems.exceeds_own_scopes()
}
