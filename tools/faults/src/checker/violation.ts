import type { Operation } from '../history/history-record.ts'

export type Invariant =
  /** No honest client is refused for theft, or because of a revocation that never happened. */
  | 'I-NOFALSETHEFT'
  /** A session whose revocation was acknowledged never works again. */
  | 'I-NORESURRECT'
  /** At most one line of a session's tokens can be continued. */
  | 'I-ONELEAF'
  /** A refresh and its repetitions advance the session by one generation. */
  | 'I-EXACTLYONCE'
  /** What the server cannot know is 503, in time, and deletes nothing at the client. */
  | 'I-FAILCLOSED'
  /** Every call is answered in time, whatever the stores do. */
  | 'I-BOUNDED'
  /** What needs nothing that a fault has taken away is served. */
  | 'I-SERVED'
  /** A verifier that is cut off from the feed reports so; one that never read it refuses everything. */
  | 'I-FEED'
  /** After a fault every honest client continues with the token it holds. */
  | 'I-RECOVER'
  /** A terminated employee's account is disabled exactly once, whichever process is killed, and refused from then on. */
  | 'I-OFFBOARD'
  /** Who stays and was invited comes in, by one account; who leaves has none that is active, and nothing that is accepted. */
  | 'I-ONBOARD'
  /** A mail leaves at least once if what it is about was committed, whichever process is killed; else it never does. */
  | 'I-MAIL'

export type Violation = {
  readonly invariant: Invariant
  readonly message: string
  /** The operation that shows it; for I-RECOVER the sign-in of the session. */
  readonly operation: Operation
  /** When it shows, if not at the operation. */
  readonly until?: number
}
