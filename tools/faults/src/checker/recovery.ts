import type { Fault, HistoryRecord, Operation } from '../history/history-record.ts'
import type { SessionHistory } from './session-history.ts'
import type { Violation } from './violation.ts'

/** I-RECOVER: a client whose session was not revoked can refresh after a fault, with the token it holds. */
export function recovery(sessions: readonly SessionHistory[], records: readonly HistoryRecord[]): Violation[] {
  return storeFaults(records).flatMap((fault) =>
    sessions
      .filter((session) => isDue(session, fault))
      .filter(({ operations }) => {
        const tries = operations.filter((operation) => isTryWithin(operation, fault.end, fault.recoveredBy))
        return tries.length > 0 && !tries.some(({ status }) => status === 200)
      })
      .map(
        ({ opened }): Violation => ({
          invariant: 'I-RECOVER',
          operation: opened,
          until: fault.recoveredBy,
          message: `no refresh succeeded in ${Math.round(fault.recoveredBy - fault.end)} ms after "${fault.name}"`,
        }),
      ),
  )
}

/** Milliseconds from the end of each fault to the first refresh that succeeded. */
export function recoveryTimes(records: readonly HistoryRecord[]): number[] {
  const operations = records.filter((record) => record.kind === 'operation')
  return storeFaults(records).flatMap((fault) => {
    const ends = operations
      .filter(({ start, status }) => start >= fault.start && status === 200)
      .filter((operation) => isTryWithin(operation, fault.end, Infinity))
      .map(({ end }) => end)
    return ends.length === 0 ? [] : [Math.min(...ends) - fault.end]
  })
}

const storeFaults = (records: readonly HistoryRecord[]): Fault[] =>
  records.filter((record) => record.kind === 'fault').filter(({ what }) => what === 'store')

function isDue({ opened, attempts, deadAt }: SessionHistory, fault: Fault): boolean {
  return (
    opened.actor === 'client' &&
    opened.end <= fault.end &&
    deadAt > fault.recoveredBy &&
    !attempts.some(({ operation }) => operation.start < fault.recoveredBy)
  )
}

const isTryWithin = ({ actor, call, end }: Operation, from: number, to: number): boolean =>
  actor === 'client' && call === 'refresh' && end > from && end <= to
