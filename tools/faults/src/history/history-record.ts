/** Milliseconds since the program started, to a tenth, on a monotonic clock. */
export const clock = (): number => Math.round(performance.now() * 10) / 10

/** What a caller does, in the words of the domain. */
export type Call =
  | 'sign-in'
  | 'refresh'
  | 'who-am-i'
  | 'employees'
  | 'sign-out'
  | 'sign-out-everywhere'
  | 'revoke-own-device'
  | 'revoke-device'
  | 'revoke-all-devices'
  | 'disable'
  | 'enable'
  | 'terminate'
  | 'invite'
  | 'forgot-password'
  | 'change-roles'
  /** `/health/ready` of a replica; its state is the `reason`. */
  | 'ready'

/**
 * The caller. A `client` is honest: one request at a time per token, the same token again after a lost response. A `thief`
 * holds a copy, a `revoker` revokes sessions, a `prober` presents tokens of revoked sessions.
 */
export type Actor = 'client' | 'thief' | 'revoker' | 'prober'

/** One request and its response. Times are those of {@link clock}. */
export type Operation = {
  readonly kind: 'operation'
  readonly start: number
  readonly end: number
  readonly actor: Actor
  readonly call: Call
  /** Name of the replica. */
  readonly server: string
  readonly user: string
  readonly device?: string
  /** The `sid` of the token; for a sign-in that of the new session. */
  readonly session?: string
  /** Generations of the refresh tokens that were presented and issued. */
  readonly sent?: number
  readonly received?: number
  /** HTTP status; 0 when there was no response. */
  readonly status: number
  readonly code?: string
  readonly reason?: string
  readonly retryAfter?: number
  /** The response deleted the refresh cookie. */
  readonly cleared?: true
  /** The caller acts as if the response never arrived. */
  readonly lost?: true
}

/** Something was unavailable between `start` and `end`. */
export type Fault = {
  readonly kind: 'fault'
  readonly name: string
  /** `store`: Redis, or Postgres, behind auth-service. `feed`: a verifier's connection to Redis. */
  readonly what: 'store' | 'feed'
  readonly start: number
  readonly end: number
  /** By then every client had time to recover. */
  readonly recoveredBy: number
  /** Acknowledged writes between here and `start` may be lost. */
  readonly lostFrom?: number
  /** What has to be served all the same. */
  readonly mustServe?: readonly Call[]
  /** The verifiers that it affects; all unless given. */
  readonly servers?: readonly string[]
  /** Those of them that started during the fault, and so had never read the feed. */
  readonly startedDuring?: readonly string[]
  /** Those of them that must refuse everything once they were cut off for so long. */
  readonly strict?: { readonly servers: readonly string[]; readonly afterMs: number }
}

/** The driver's event loop was stalled: the machine had no time for it, and probably none for the services. */
export type Stall = { readonly kind: 'stall'; readonly start: number; readonly end: number }

export type HistoryRecord = Operation | Fault | Stall
