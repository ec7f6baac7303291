import type { HistoryRecord } from '../history/history-record.ts'
import type { Violation } from './violation.ts'

/** I-SERVED: what a fault leaves possible is not answered 503 while it lasts. */
export function servedAllTheSame(records: readonly HistoryRecord[]): Violation[] {
  const faults = records.filter((record) => record.kind === 'fault').filter(({ mustServe }) => mustServe !== undefined)
  return records
    .filter((record) => record.kind === 'operation')
    .flatMap((operation): Violation[] => {
      const { call, start, end, status } = operation
      if (status !== 503) return []
      const fault = faults.find((each) => each.start <= start && end <= each.end && each.mustServe?.includes(call))
      return fault === undefined
        ? []
        : [{ invariant: 'I-SERVED', operation, message: `${call} was answered 503 during "${fault.name}"` }]
    })
}
