import type { Fault, HistoryRecord, Operation } from '../history/history-record.ts'
import type { CheckOptions } from './check-options.ts'
import { stalledTime } from './stalled-time.ts'
import type { Violation } from './violation.ts'

/** I-FEED: how verifiers act, and which state they report, while they are cut off from the feed and afterwards. */
export function feedFollowed(records: readonly HistoryRecord[], options: CheckOptions): Violation[] {
  const stalled = stalledTime(records)
  const faults = records.filter((record) => record.kind === 'fault').filter(({ what }) => what === 'feed')
  const operations = records
    .filter((record) => record.kind === 'operation')
    .filter(({ call }) => call === 'employees' || call === 'ready')
  return faults.flatMap((fault) =>
    operations
      .filter(({ server, start }) => fault.servers?.includes(server) && start > fault.start)
      .filter((operation) => !isStarting(operation, fault, operations))
      .flatMap((operation): Violation[] => {
        const given = {
          noticeMs: options.noticeMs + stalled(fault.start, operation.start),
          resyncMs: options.resyncMs + stalled(fault.end, operation.start),
        }
        const isOver = operation.start > fault.end
        const message = isOver ? afterFault(operation, fault, given) : duringFault(operation, fault, given)
        return message === undefined ? [] : [{ invariant: 'I-FEED', operation, message }]
      }),
  )
}

/** A machine may be slow to start a process, whatever becomes of the feed: its scenario waits until it is ready. */
function isStarting({ server, start, status }: Operation, fault: Fault, operations: readonly Operation[]): boolean {
  if (start < fault.end || status === 200 || !fault.startedDuring?.includes(server)) return false
  return !operations.some(
    (other) => other.server === server && other.call === 'ready' && other.status === 200 && other.end < start,
  )
}

const isUnavailable = ({ status }: Operation): boolean => status === 503 || status === 0

function duringFault(
  operation: Operation,
  fault: Fault,
  { noticeMs }: Pick<CheckOptions, 'noticeMs'>,
): string | undefined {
  const { server, call, status, reason, start, end } = operation
  if (end >= fault.end) return undefined
  if (fault.startedDuring?.includes(server)) {
    return isUnavailable(operation) ? undefined : `a verifier that never read the feed answers ${call} with ${status}`
  }
  const { servers = [], afterMs = 0 } = fault.strict ?? {}
  // It counts from its last contact, which was before the cut.
  if (servers.includes(server) && start > fault.start + afterMs - noticeMs) {
    return start < fault.start + afterMs || isUnavailable(operation)
      ? undefined
      : `a verifier that must refuse stale data answers ${call} with ${status}`
  }
  if (call === 'ready' && start > fault.start + noticeMs && (status !== 200 || reason !== 'degraded')) {
    return `a verifier that is cut off reports ${status} ${reason}`
  }
  return call === 'employees' && isUnavailable(operation)
    ? `a verifier that is cut off answers with ${status}`
    : undefined
}

function afterFault(
  operation: Operation,
  fault: Fault,
  { resyncMs }: Pick<CheckOptions, 'resyncMs'>,
): string | undefined {
  const { call, status, reason, start } = operation
  if (start < fault.end + resyncMs) return undefined
  if (call === 'ready' && (status !== 200 || reason !== 'ok'))
    return `a verifier that can read the feed again reports ${status} ${reason}`
  return isUnavailable(operation) ? `a verifier that can read the feed again answers with ${status}` : undefined
}
