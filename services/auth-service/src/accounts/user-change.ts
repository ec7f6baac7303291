import { problems } from '../errors.ts'
import type { Policy } from '../permissions/policy.ts'
import { type Account, type User, type UserStatus, wasEverActive } from '../users/user.ts'
import { assertMayGrant, assertWithinScopes, type Caller } from './account-bound.ts'
import { assertAcceptableUsername } from './assert-acceptable.ts'

/** What an administrator changes. */
export type UserChange = {
  readonly roles?: string[]
  readonly status?: 'active' | 'disabled'
  readonly fullName?: string | null
  /** Counts as verified. */
  readonly email?: string
  readonly username?: string
}

/** Offboarding reaches every account, whatever it holds. */
export const isDisablingOnly = (change: UserChange): boolean =>
  change.status === 'disabled' && Object.keys(change).length === 1

export const isActiveAdmin = ({ roles, status }: Pick<User, 'roles' | 'status'>): boolean =>
  status === 'active' && roles.includes('admin')

/** @throws `exceeds_own_scopes`, `invalid_request` for a new user name that is not acceptable */
export function assertMayChange(
  { caller, policy }: { readonly caller: Caller; readonly policy: Policy },
  account: Account,
  change: UserChange,
): void {
  if (!isDisablingOnly(change)) assertWithinScopes(caller, account, policy)
  if (change.roles) assertMayGrant(caller, change.roles, policy)
  const { username } = change
  if (username !== undefined && username !== account.user.username) assertAcceptableUsername(username)
}

/**
 * The status that a change leads to. An account that was disabled before anybody accepted its invitation is invited again when it is
 * enabled: without a password it cannot be active.
 * @throws `invitation_open` for an account that only its owner can make active
 */
export function statusAfter(account: Account, { status }: UserChange): UserStatus {
  const { user } = account
  if (status !== 'active') return status ?? user.status
  if (user.status === 'invited') throw new problems.invitation_open()
  return wasEverActive(account) ? 'active' : 'invited'
}

/** A role is taken away: tokens that have it must not work any longer. */
export const takesRole = ({ user }: Account, { roles }: UserChange): boolean =>
  roles !== undefined && !user.roles.every((role) => roles.includes(role))
