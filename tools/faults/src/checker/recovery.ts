import type { Fault, HistoryRecord, Operation } from '../history/history-record.ts'
import type { SessionHistory } from './session-history.ts'
import type { Violation } from './violation.ts'

/** I-RECOVER: who wants to go on after a fault, and was not ended, can: with the token that is held. */
export function recovery(sessions: readonly SessionHistory[], records: readonly HistoryRecord[]): Violation[] {
  return storeFaults(records).flatMap((fault) =>
    sessions
      .filter((session) => isDue(session, fault))
      .filter(({ operations }) => {
        const tries = operations.filter((operation) => isTryWithin(operation, fault.end, fault.settled))
        return tries.length > 0 && !tries.some(({ status }) => status === 200)
      })
      .map(
        ({ opened }): Violation => ({
          invariant: 'I-RECOVER',
          operation: opened,
          until: fault.settled,
          message: `no refresh succeeded in ${Math.round(fault.settled - fault.end)} ms after "${fault.name}"`,
        }),
      ),
  )
}

/** How long after each fault the first refresh succeeded; 0 when it did before the store was seen to be back. */
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
  records.filter((record) => record.kind === 'fault' && record.what === 'store') as Fault[]

function isDue({ opened, attempts, deadAt }: SessionHistory, fault: Fault): boolean {
  return (
    opened.actor === 'client' &&
    opened.end <= fault.end &&
    deadAt > fault.settled &&
    !attempts.some(({ operation }) => operation.start < fault.settled)
  )
}

const isTryWithin = ({ actor, call, end }: Operation, from: number, to: number): boolean =>
  actor === 'client' && call === 'refresh' && end > from && end <= to
