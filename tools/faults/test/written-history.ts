import { checkHistory, type Findings } from '../src/checker/check-history.ts'
import { DEFAULT_CHECKS } from '../src/checker/check-options.ts'
import type { Fault, HistoryRecord, Operation } from '../src/history/history-record.ts'

type Written = Partial<Operation> & Pick<Operation, 'start' | 'call'>

/** An operation of 10 ms by one user on one device; it succeeds unless given otherwise. */
export function operation(written: Written): Operation {
  return {
    kind: 'operation',
    end: written.start + 10,
    actor: 'client',
    server: 'auth-1',
    user: 'anna',
    device: 'phone',
    status: 200,
    ...written,
  }
}

/** A sign-in that opened session `s1` unless given otherwise. */
export const signIn = (start: number, more: Partial<Operation> = {}): Operation =>
  operation({ start, call: 'sign-in', session: 's1', received: 1, ...more })

/** A refresh of `s1` that issued the next generation. */
export const refresh = (start: number, sent: number, more: Partial<Operation> = {}): Operation =>
  operation({ start, call: 'refresh', session: 's1', sent, received: sent + 1, ...more })

/** A refresh of `s1` that was refused. */
export const refused = (start: number, sent: number, code: string, more: Partial<Operation> = {}): Operation => {
  const { received: _, ...rest } = refresh(start, sent, { status: 401, code, ...more })
  return rest
}

/** A call that was correctly answered 503. */
export const unavailable = (written: Written): Operation =>
  operation({ status: 503, code: 'unavailable', retryAfter: 1, ...written })

export const outage = (start: number, end: number, more: Partial<Fault> = {}): Fault => ({
  kind: 'fault',
  name: 'outage',
  what: 'store',
  start,
  end,
  recoveredBy: end + 3000,
  ...more,
})

export const check = (...records: HistoryRecord[]): Findings => checkHistory(records, DEFAULT_CHECKS)

/** The invariants that a history violates, each once. */
export const violated = (...records: HistoryRecord[]): string[] => [
  ...new Set(check(...records).violations.map(({ invariant }) => invariant)),
]
