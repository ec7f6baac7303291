/** Life of sessions, in milliseconds but for the device limit. */
export type SessionSettings = {
  /** Idle life, pushed out at each refresh. */
  readonly idleMs: number
  /** Absolute life, whatever happens. */
  readonly maxAgeMs: number
  /** How long a refresh token stays repeatable after its successor was first handed out. */
  readonly graceMs: number
  readonly maxDevicesPerUser: number
}
