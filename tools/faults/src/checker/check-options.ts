/** Promises in numbers; all in milliseconds. While the machine itself stands still no time passes. */
export type CheckOptions = {
  /** `REFRESH_GRACE` of the services in this history. */
  readonly graceMs: number
  /** How long an access token may still pass at a connected verifier once the end of its session was answered. */
  readonly feedBoundMs: number
  /** The same once a verifier that was cut off can reach the feed again, for which it looks at least once a second. */
  readonly resyncMs: number
  /** Until a verifier that is cut off must have noticed. */
  readonly noticeMs: number
}

export const DEFAULT_CHECKS: CheckOptions = {
  graceMs: 2000,
  feedBoundMs: 1000,
  noticeMs: 3000,
  resyncMs: 2500,
}
