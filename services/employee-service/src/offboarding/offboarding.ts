/**
 * - `none`: no account was linked, so there is nothing to do; or it has failed, and was withdrawn.
 * - `pending`: the account is still to be disabled.
 * - `done`: auth-service has disabled the account, or has no such account.
 * - `failed`: auth-service refuses to disable the account, which goes on. An administrator has to act.
 */
export type OffboardingState = 'none' | 'pending' | 'done' | 'failed'

/** What became of the account of an employee who left. */
export type Offboarding = {
  readonly state: OffboardingState
  /** How many attempts have ended, with whatever result. */
  readonly attempts: number
  /** Why the last attempt did not succeed: a status and a code of auth-service, or a code of the call. */
  readonly lastError: string | null
  readonly requestedAt: Date | null
  readonly completedAt: Date | null
  /** Ids of service clients that the account made, or knows a secret of, and which go on working; empty until it is done. */
  readonly clients: string[]
}

/** Of an employee who was neither terminated nor deleted, or whose offboarding was withdrawn. */
export const NO_OFFBOARDING: Offboarding = {
  state: 'none',
  attempts: 0,
  lastError: null,
  requestedAt: null,
  completedAt: null,
  clients: [],
}

/** An offboarding that a worker has to finish. */
export type PendingOffboarding = {
  readonly id: string
  readonly employeeId: string
  /** Null while it is still to be found. */
  readonly userId: string | null
  /** For which the account was made; null where one was linked. */
  readonly onboardingId: string | null
  /** Of the termination or deletion. auth-service gets it too, for its audit trail. */
  readonly requestId: string
  readonly attempts: number
  readonly lastError: string | null
  /** Milliseconds since it was requested, or last reopened. */
  readonly triedForMs: number
}

/** An account whose access tokens this service refuses, unless it goes on. */
export type DeniedAccount = {
  /** Null while it is still to be found: there is nothing to refuse yet. */
  readonly userId: string | null
  /** Tokens issued up to this second, since 1970, are refused; null: the offboarding is not done. */
  readonly tokensUntil: number | null
  /** Whether auth-service has refused to disable the account: until it is done no token is refused, also while it is retried. */
  readonly goesOn: boolean
  /** Whether the offboarding has failed. */
  readonly failed: boolean
  readonly requestedAt: Date
}
