import type { Fault, HistoryRecord, Operation } from '../history/history-record.ts'
import type { CheckOptions } from './check-options.ts'
import { stalledTime } from './stalled-time.ts'
import type { Violation } from './violation.ts'

/** I-FEED: what verifiers do, and say of themselves, while they are cut off from the feed and after. */
export function feedFollowed(records: readonly HistoryRecord[], options: CheckOptions): Violation[] {
  const stalled = stalledTime(records)
  const faults = records.filter((record) => record.kind === 'fault' && record.what === 'feed') as Fault[]
  const operations = records
    .filter((record) => record.kind === 'operation')
    .filter(({ call }) => call === 'employees' || call === 'ready')
  return faults.flatMap((fault) =>
    operations
      .filter(({ server, start }) => fault.servers?.includes(server) && start > fault.start)
      .flatMap((operation): Violation[] => {
        const given = {
          noticeMs: options.noticeMs + stalled(fault.start, operation.start),
          resyncMs: options.resyncMs + stalled(fault.end, operation.start),
        }
        const isOver = operation.start > fault.end
        const message = isOver ? afterwards(operation, fault, given) : meanwhile(operation, fault, given)
        return message === undefined ? [] : [{ invariant: 'I-FEED', operation, message }]
      }),
  )
}

const isNothing = ({ status }: Operation): boolean => status === 503 || status === 0

function meanwhile(
  operation: Operation,
  fault: Fault,
  { noticeMs }: Pick<CheckOptions, 'noticeMs'>,
): string | undefined {
  const { server, call, status, reason, start, end } = operation
  if (end >= fault.end) return undefined
  if (fault.blind?.includes(server)) {
    return isNothing(operation) ? undefined : `a verifier that never read the feed answers ${call} with ${status}`
  }
  const { servers = [], afterMs = 0 } = fault.strict ?? {}
  // It counts from the last time it was sure, which was before the cut.
  if (servers.includes(server) && start > fault.start + afterMs - noticeMs) {
    return start < fault.start + afterMs || isNothing(operation)
      ? undefined
      : `a verifier that should refuse what is stale answers ${call} with ${status}`
  }
  if (call === 'ready' && start > fault.start + noticeMs && (status !== 200 || reason !== 'degraded')) {
    return `a verifier that is cut off says ${status} ${reason}`
  }
  return call === 'employees' && isNothing(operation) ? `a verifier that is cut off answers with ${status}` : undefined
}

function afterwards(
  operation: Operation,
  fault: Fault,
  { resyncMs }: Pick<CheckOptions, 'resyncMs'>,
): string | undefined {
  const { call, status, reason, start } = operation
  if (start < fault.end + resyncMs) return undefined
  if (call === 'ready' && (status !== 200 || reason !== 'ok'))
    return `a verifier that can read the feed again says ${status} ${reason}`
  return isNothing(operation) ? `a verifier that can read the feed again answers with ${status}` : undefined
}
