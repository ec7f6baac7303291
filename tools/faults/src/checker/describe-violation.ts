import type { Fault, HistoryRecord, Operation } from '../history/history-record.ts'
import { isRevocation } from './revocation-attempt.ts'
import { sessionHistories } from './session-history.ts'
import type { Violation } from './violation.ts'

/** What happened up to here after the violation is printed too. */
const AFTERWARDS_MS = 500
const MOST_LINES = 60

/** A violation and the history of its session, one line each; times in seconds. */
export function describeViolation(violation: Violation, records: readonly HistoryRecord[]): string {
  const { operation } = violation
  const session = sessionHistories(records).find(({ sid }) => sid === operation.session)
  const own = session
    ? [
        session.opened,
        ...session.operations,
        ...revocationsOf(operation.user, records),
        ...session.attempts.map((attempt) => attempt.operation),
      ]
    : [operation]
  const from = Math.min(...own.map(({ start }) => start))
  const to = Math.max(violation.until ?? 0, operation.end) + AFTERWARDS_MS
  const others = records.filter(({ kind, start, end }) => kind !== 'operation' && end >= from && start <= to)
  const lines = [...new Set<HistoryRecord>([...own, ...others])]
    .filter(({ start }) => start <= to)
    .sort((a, b) => a.start - b.start)
    .slice(-MOST_LINES)
    .map((record) => `${record === operation ? '>' : ' '} ${describe(record)}`)
  return [`${violation.invariant}: ${violation.message}`, ...lines].join('\n')
}

/** All revocations of a user, also failed ones and ones before the session was opened. */
const revocationsOf = (user: string, records: readonly HistoryRecord[]): Operation[] =>
  records
    .filter((record) => record.kind === 'operation')
    .filter((record) => record.user === user && isRevocation(record))

const seconds = (ms: number): string => (ms / 1000).toFixed(3).padStart(8)

const describe = (record: HistoryRecord): string => `${seconds(record.start)}–${seconds(record.end)}  ${textOf(record)}`

function textOf(record: HistoryRecord): string {
  switch (record.kind) {
    case 'operation':
      return describeOperation(record)
    case 'fault':
      return describeFault(record)
    case 'stall':
      return '*** the machine was stalled'
  }
}

const describeFault = ({ name, lostFrom }: Fault): string =>
  `*** ${name}${lostFrom === undefined ? '' : `, writes since ${seconds(lostFrom)} lost`}`

function describeOperation(operation: Operation): string {
  const { actor, call, server, device, session, sent, received, status, code, reason, lost, cleared } = operation
  return [
    `${actor} → ${server}: ${call}`,
    device && `device ${device}`,
    session && `session ${session.slice(0, 8)}`,
    sent !== undefined && `generation ${sent}`,
    `= ${status}`,
    code,
    reason && `(${reason})`,
    received !== undefined && `generation ${received}`,
    lost && 'response lost',
    cleared && 'cookie cleared',
  ]
    .filter(Boolean)
    .join(' ')
}
