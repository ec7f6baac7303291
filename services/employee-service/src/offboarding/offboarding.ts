/**
 * - `none`: no account was linked, so there is nothing to do.
 * - `pending`: the account is still to be disabled; a worker is at it.
 * - `done`: auth-service has disabled the account, or knows no such account.
 * - `failed`: it can't be done as things are; somebody has to look.
 */
export type OffboardingState = 'none' | 'pending' | 'done' | 'failed'

/** What has become of the account of an employee who left. */
export type Offboarding = {
  readonly state: OffboardingState
  /** How often it was tried to the end, well or badly. */
  readonly attempts: number
  /** Why the last attempt came to nothing: a status and a code of auth-service, or a code of the call. */
  readonly lastError: string | null
  readonly requestedAt: Date | null
  readonly completedAt: Date | null
}

/** Nobody has ended this employee. */
export const NO_OFFBOARDING: Offboarding = {
  state: 'none',
  attempts: 0,
  lastError: null,
  requestedAt: null,
  completedAt: null,
}

/** An offboarding that a worker has to carry out. */
export type PendingOffboarding = {
  readonly id: string
  readonly employeeId: string
  readonly userId: string
  /** Of the request that ended the employee: it goes along to auth-service, into its audit trail. */
  readonly requestId: string
  readonly attempts: number
  readonly lastError: string | null
  /** For how long, since it was requested or tried anew. */
  readonly triedForMs: number
}

/** An account whose access tokens are refused here. */
export type RefusedAccount = {
  readonly userId: string
  /** Tokens issued up to this second, since 1970, are refused; null: all of them, since it is not done. */
  readonly tokensUntil: number | null
  /** Only when it is not done. */
  readonly failed: boolean
  readonly requestedAt: Date
}
