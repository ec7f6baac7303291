import type { Call, HistoryRecord } from '../history/history-record.ts'
import type { CheckOptions } from './check-options.ts'
import { stalledTime } from './stalled-time.ts'
import type { Violation } from './violation.ts'

/** Recorded as one, and takes many calls. */
const NO_CALLS = new Set<Call>(['terminate', 'invite', 'forgot-password', 'change-roles'])

/** I-BOUNDED: every call is answered in time. */
export function answeredInTime(
  records: readonly HistoryRecord[],
  { answerMs }: Pick<CheckOptions, 'answerMs'>,
): Violation[] {
  const stalled = stalledTime(records)
  return records
    .filter((record) => record.kind === 'operation')
    .filter(({ call, start, end }) => !NO_CALLS.has(call) && end - start - answerMs > stalled(start, end))
    .map((operation) => ({
      invariant: 'I-BOUNDED',
      operation,
      message: `${operation.call} took ${Math.round(operation.end - operation.start)} ms`,
    }))
}
