import type { HistoryRecord } from '../history/history-record.ts'
import { answeredInTime } from './answered-in-time.ts'
import type { CheckOptions } from './check-options.ts'
import { exactlyOnce } from './exactly-once.ts'
import { failClosed } from './fail-closed.ts'
import { falseTheft } from './false-theft.ts'
import { feedFollowed } from './feed-followed.ts'
import { oneLeaf } from './one-leaf.ts'
import { recovery, recoveryTimes } from './recovery.ts'
import { resurrection } from './resurrection.ts'
import { isAnswered, isRevocation } from './revocation-attempt.ts'
import { servedAllTheSame } from './served-all-the-same.ts'
import { isStolen, sessionHistories } from './session-history.ts'
import type { Violation } from './violation.ts'

export type Findings = {
  readonly operations: number
  /** Sessions whose tokens no thief presented. */
  readonly honestSessions: number
  /** Copied tokens that were presented, and accepted or refused. */
  readonly thefts: number
  /** Revocations that were requested and acknowledged. */
  readonly revocations: number
  /** Sorted by time. */
  readonly violations: readonly Violation[]
  /** Milliseconds from the end of each fault to the first refresh that succeeds. */
  readonly recoveryMs: readonly number[]
  /** How long each 503 took. */
  readonly unavailableMs: readonly number[]
}

/** Checks a history by its responses alone, without knowledge of the servers. */
export function checkHistory(records: readonly HistoryRecord[], options: CheckOptions): Findings {
  const sessions = sessionHistories(records)
  const operations = records.filter((record) => record.kind === 'operation')
  const violations = [
    ...falseTheft(sessions, records, options),
    ...resurrection(sessions, records, options),
    ...oneLeaf(sessions, records),
    ...exactlyOnce(sessions, options),
    ...failClosed(records),
    ...answeredInTime(records, options),
    ...servedAllTheSame(records),
    ...recovery(sessions, records),
    ...feedFollowed(records, options),
  ]
  return {
    operations: operations.length,
    honestSessions: sessions.filter((session) => session.opened.actor === 'client' && !isStolen(session)).length,
    thefts: operations.filter(({ actor, status }) => actor === 'thief' && (status === 200 || status === 401)).length,
    revocations: operations.filter((operation) => isRevocation(operation) && isAnswered(operation)).length,
    violations: violations.sort((a, b) => a.operation.start - b.operation.start),
    recoveryMs: recoveryTimes(records),
    unavailableMs: operations.filter(({ status }) => status === 503).map(({ start, end }) => end - start),
  }
}
