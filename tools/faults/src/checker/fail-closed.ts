import type { HistoryRecord, Operation } from '../history/history-record.ts'
import { isAnswered } from './revocation-attempt.ts'
import type { Violation } from './violation.ts'

/** I-FAILCLOSED: every call gets a success, a verdict or 503, and only a verdict deletes cookies. */
export function failClosed(records: readonly HistoryRecord[]): Violation[] {
  return records
    .filter((record) => record.kind === 'operation')
    .flatMap((operation): Violation[] => {
      const message = faultOf(operation)
      return message === undefined ? [] : [{ invariant: 'I-FAILCLOSED', operation, message }]
    })
}

const VERDICTS = new Set(['session_ended', 'token_reused'])

function faultOf(operation: Operation): string | undefined {
  const { call, status, code, retryAfter, cleared } = operation
  if (call === 'ready') return undefined
  // A verifier need not listen before it is ready.
  if (status === 0) return call === 'employees' ? undefined : 'there was no response'
  if (status === 503 && retryAfter === undefined) return '503 without Retry-After'
  if (cleared && !mayDeleteCookies(operation)) return `${status} ${code} deleted the refresh cookie`
  const isKnown = isAnswered(operation) || status === 503 || status === 401 || (status === 403 && call === 'sign-in')
  return isKnown ? undefined : `answered ${status} ${code}`
}

function mayDeleteCookies({ call, status, code }: Operation): boolean {
  if (call === 'refresh') return status === 401 && VERDICTS.has(code ?? '')
  return status === 204
}
