import { invalidInput } from '@latchkey/problems'
import { problems } from '../errors.ts'
import type { Policy } from '../permissions/policy.ts'
import { type Account, type User, type UserStatus, wasEverActive } from '../users/user.ts'
import { assertMayGrant, assertWithinScopes, type Caller } from './account-bound.ts'
import { assertAcceptableUsername } from './assert-acceptable.ts'

/** What an administrator changes. */
export type UserChange = {
  readonly roles?: string[]
  /** `invited` of an account that is invited, as it was read. */
  readonly status?: UserStatus
  readonly fullName?: string | null
  /** Counts as verified. */
  readonly email?: string
  readonly username?: string
}

/** What the service sets, as a caller sends it back together with the rest of a user. */
export type UserAsRead = Readonly<Partial<Record<'id' | 'emailVerified' | 'createdAt', unknown>>>

/** Whether the caller sends a user back, rather than what is to be changed alone. */
export const isSentBack = (asRead: UserAsRead): boolean => Object.values(asRead).some((value) => value !== undefined)

/** What differs from the user as it is: an address sent back with the rest is not vouched for, roles are not given once more. */
export function withoutUnchanged(user: User, change: UserChange): UserChange {
  const { roles, status, fullName, email, username } = change
  const sameRoles = roles?.length === user.roles.length && roles.every((role) => user.roles.includes(role))
  return {
    ...(roles !== undefined && !sameRoles && { roles }),
    ...(status !== undefined && status !== user.status && { status }),
    ...(fullName !== undefined && fullName !== user.fullName && { fullName }),
    ...(email !== undefined && email !== user.email && { email }),
    ...(username !== undefined && username !== user.username && { username }),
  }
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
  if (status === 'invited' && user.status !== 'invited')
    throw invalidInput({ path: '/status', message: 'must be one of active, disabled' })
  if (status !== 'active') return status ?? user.status
  if (user.status === 'invited') throw new problems.invitation_open()
  return wasEverActive(account) ? 'active' : 'invited'
}

/** A role is taken away: tokens that have it must not work any longer. */
export const takesRole = ({ user }: Account, { roles }: UserChange): boolean =>
  roles !== undefined && !user.roles.every((role) => roles.includes(role))
