/** The bounds, in milliseconds. Stalls of the machine do not count. */
export type CheckOptions = {
  /** `REFRESH_GRACE` of the services in this history. */
  readonly graceMs: number
  /** How long a connected verifier may accept an access token after the revocation was acknowledged. */
  readonly feedBoundMs: number
  /** The same after a verifier can reach the feed again; it tries at least once a second. */
  readonly resyncMs: number
  /** How long a verifier may take to notice that it is cut off. */
  readonly noticeMs: number
  /** How long a call may take: the 2 s within which services answer, and what waits for a busy machine. */
  readonly answerMs: number
  /** Clocks are set: an access token may have expired early, or be of the future. Its holder refreshes. */
  readonly hasClockSteps?: boolean
}

export const DEFAULT_CHECKS: CheckOptions = {
  graceMs: 2000,
  feedBoundMs: 1000,
  noticeMs: 3000,
  resyncMs: 2500,
  answerMs: 5000,
}
