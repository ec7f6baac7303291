import type { Fault, HistoryRecord, Operation } from '../history/history-record.ts'
import type { CheckOptions } from './check-options.ts'
import type { SessionHistory } from './session-history.ts'
import { stalledTime } from './stalled-time.ts'
import type { Violation } from './violation.ts'

/** Calls that need a live session at auth-service. */
const NEEDS_SESSION = new Set(['refresh', 'who-am-i', 'sign-out-everywhere', 'revoke-own-device'])

/** I-NORESURRECT: no call succeeds under a session that starts after its revocation was acknowledged. */
export function resurrection(
  sessions: readonly SessionHistory[],
  records: readonly HistoryRecord[],
  options: CheckOptions,
): Violation[] {
  const faults = records.filter((record) => record.kind === 'fault')
  const stalled = stalledTime(records)
  return sessions.flatMap(({ operations, deadAt }) =>
    operations
      .filter(isSuccess)
      .filter((operation) => {
        const until = bound(operation, deadAt, faults, options)
        return operation.start - until > (operation.call === 'employees' ? stalled(deadAt, operation.start) : 0)
      })
      .map((operation): Violation => {
        const late = Math.round(operation.start - deadAt)
        return {
          invariant: 'I-NORESURRECT',
          operation,
          message: `${operation.call} works ${late} ms after the revocation`,
        }
      }),
  )
}

const isSuccess = ({ call, status }: Operation): boolean =>
  (NEEDS_SESSION.has(call) && (status < 300 || status === 404) && status !== 0) ||
  (call === 'employees' && status === 200)

/** The latest start of a call that may succeed. */
function bound(
  { call, server }: Operation,
  deadAt: number,
  faults: readonly Fault[],
  { feedBoundMs, resyncMs }: CheckOptions,
): number {
  if (call !== 'employees') return deadAt
  let until = deadAt + feedBoundMs
  for (const fault of faults) {
    if (fault.servers !== undefined && !fault.servers.includes(server)) continue
    if (fault.start <= until && deadAt <= fault.end + resyncMs) until = Math.max(until, fault.end + resyncMs)
  }
  return until
}
