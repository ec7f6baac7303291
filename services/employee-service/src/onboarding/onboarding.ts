/**
 * - `none`: the employee was not invited, or what was open ended when the employee left.
 * - `pending`: the account is still to be made, or its link to be sent anew.
 * - `invited`: the account waits for its owner.
 * - `accepted`: the account is the employee's.
 * - `failed`: see `lastError`; a repeated request tries again.
 */
export type OnboardingState = 'none' | 'pending' | 'invited' | 'accepted' | 'failed'

/** What became of the invitation of an employee. */
export type Onboarding = {
  readonly state: OnboardingState
  /** The account that was made for the employee. */
  readonly userId: string | null
  /** Why it failed, or does not come on: a {@link Failure}, a status and a code of auth-service, or a code of the call. */
  readonly lastError: string | null
  /** Until when the link works; null unless the invitation is open. */
  readonly expiresAt: Date | null
}

/** Of an employee who was not invited. */
export const NO_ONBOARDING: Onboarding = { state: 'none', userId: null, lastError: null, expiresAt: null }

/** Why an onboarding fails, beside refusals of auth-service. */
export type Failure =
  /** Somebody has an account with this address. */
  | 'account_exists'
  | 'account_disabled'
  | 'invitation_withdrawn'
  | 'invitation_expired'
  /** The employee has another address now, and the account that was made is disabled. */
  | 'email_changed'
  /** The employee was linked to another account, and the one that was made is disabled. */
  | 'already_linked'
  /** The account that was made is another employee's now. */
  | 'account_linked'

/** After these another account is needed: a repeated request starts afresh. */
export const FINAL_FAILURES: readonly Failure[] = ['email_changed', 'already_linked', 'account_linked']

export const isFinal = (error: string | null): boolean => FINAL_FAILURES.some((failure) => failure === error)

/** An onboarding that a worker goes on with. */
export type OpenOnboarding = {
  readonly id: string
  readonly employeeId: string
  readonly state: 'pending' | 'invited'
  readonly email: string
  readonly fullName: string
  readonly userId: string | null
  /** Whether the owner of the account is to get another link. */
  readonly wantsLink: boolean
  /** Of the request. auth-service gets it too, for its audit trail. */
  readonly requestId: string
  readonly attempts: number
  readonly lastError: string | null
  /** Milliseconds since it was requested, or last repeated. */
  readonly ageMs: number
}
