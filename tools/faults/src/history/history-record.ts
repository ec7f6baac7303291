/** What a caller may do, in the words of the domain. */
export type Call =
  | 'sign-in'
  | 'refresh'
  | 'who-am-i'
  | 'employees'
  | 'sign-out'
  | 'sign-out-everywhere'
  | 'end-own-device'
  | 'end-device'
  | 'end-all-devices'
  | 'disable'
  | 'enable'
  | 'terminate'
  /** Of a replica itself: what its `/health/ready` says is the `reason`. */
  | 'ready'

/**
 * Who called. A `client` is honest: one request at a time per token, the same token again after a lost answer. A `thief`
 * holds a copy, a `revoker` ends sessions, a `prober` tries what should be dead.
 */
export type Actor = 'client' | 'thief' | 'revoker' | 'prober'

/** One request and its answer. Times are milliseconds on the one clock of the driver. */
export type Operation = {
  readonly kind: 'operation'
  readonly start: number
  readonly end: number
  readonly actor: Actor
  readonly call: Call
  /** Which replica was asked. */
  readonly server: string
  readonly user: string
  readonly device?: string
  /** The `sid` that the call was made with; of a sign-in the one that it opened. */
  readonly session?: string
  /** Generation of the refresh token that was presented, and of the one that was handed out. */
  readonly sent?: number
  readonly received?: number
  /** HTTP status; 0 when there was no answer. */
  readonly status: number
  readonly code?: string
  readonly reason?: string
  readonly retryAfter?: number
  /** The answer took the refresh cookie away. */
  readonly cleared?: true
  /** The caller behaves as if the answer had been lost on the way to it. */
  readonly unheard?: true
}

/** Something was away between `start` and `end`. */
export type Fault = {
  readonly kind: 'fault'
  readonly name: string
  /** `store`: the Redis behind auth-service. `feed`: the way of a verifier to it. */
  readonly what: 'store' | 'feed'
  readonly start: number
  readonly end: number
  /** By then every client had time to go on. */
  readonly settled: number
  /** Writes that were answered between here and `start` may be lost. */
  readonly lostFrom?: number
  /** The verifiers that it concerns; all unless given. */
  readonly servers?: readonly string[]
  /** Those of them that started meanwhile, and so had never read the feed. */
  readonly blind?: readonly string[]
  /** Those of them that are to refuse everything once they were cut off for so long. */
  readonly strict?: { readonly servers: readonly string[]; readonly afterMs: number }
}

/** The driver itself stood still: the machine had no time for it, nor for the services, one must suppose. */
export type Stall = { readonly kind: 'stall'; readonly start: number; readonly end: number }

export type HistoryRecord = Operation | Fault | Stall
