import type { Operation } from '../history/history-record.ts'

export type Invariant =
  /** No honest client is refused for theft, nor told that a session ended which nobody ended. */
  | 'I-NOFALSETHEFT'
  /** What was ended, and the end answered, never works again. */
  | 'I-NORESURRECT'
  /** Of all tokens of a session one line at most leads on. */
  | 'I-ONELEAF'
  /** A refresh and its repetitions move the session on by one. */
  | 'I-EXACTLYONCE'
  /** What cannot be known is 503, in time, and takes nothing from the client. */
  | 'I-FAILCLOSED'
  /** A verifier that is cut off from the feed says so, and one that never read it lets nobody in. */
  | 'I-FEED'
  /** After a fault every honest client goes on with what it holds. */
  | 'I-RECOVER'
  /** Who was terminated loses the account, once, whatever is killed meanwhile; and is refused from then on. */
  | 'I-OFFBOARD'

export type Violation = {
  readonly invariant: Invariant
  readonly message: string
  /** The operation that shows it; of I-RECOVER, the sign-in of the session. */
  readonly operation: Operation
  /** When it shows, if not with the operation. */
  readonly until?: number
}
