import type { HistoryRecord, Operation } from '../history/history-record.ts'
import { isRobbed, type SessionHistory } from './session-history.ts'
import type { Violation } from './violation.ts'

const HONEST = new Set(['client', 'revoker'])

/** I-NOFALSETHEFT: whoever is refused has been robbed, or somebody ended the session, and the reason told is that one. */
export function falseTheft(sessions: readonly SessionHistory[], records: readonly HistoryRecord[]): Violation[] {
  const refusals = sessions.flatMap((session) =>
    session.operations
      .filter(({ actor, status }) => HONEST.has(actor) && (status === 401 || status === 403))
      .map((operation) => ({ operation, message: objection(operation, session) })),
  )
  return [...refusals, ...falseSignInRefusals(records)].flatMap(({ operation, message }) =>
    message === undefined ? [] : [{ invariant: 'I-NOFALSETHEFT', operation, message }],
  )
}

function objection(operation: Operation, session: SessionHistory): string | undefined {
  const { call, code, reason, status } = operation
  const attempts = session.attempts.filter((attempt) => attempt.operation.start < operation.end)
  if (call !== 'refresh') {
    return attempts.length > 0 ? undefined : `${call} was answered ${status} ${code}, and nobody ended the session`
  }
  if (code === 'session_ended') {
    return attempts.some((attempt) => attempt.reason === reason)
      ? undefined
      : `the session is said to be over (${reason}), and nobody did that`
  }
  if (code === 'token_reused' || code === 'token_superseded') {
    return isRobbed(session, operation.end) ? undefined : `an honest client was answered ${code}`
  }
  return `an honest refresh was answered ${status} ${code}`
}

function falseSignInRefusals(
  records: readonly HistoryRecord[],
): { operation: Operation; message: string | undefined }[] {
  const operations = records.filter((record) => record.kind === 'operation')
  const changes = operations.filter(({ call }) => call === 'disable' || call === 'enable')
  return operations
    .filter(({ call, status }) => call === 'sign-in' && (status === 401 || status === 403))
    .map((operation) => ({
      operation,
      message:
        operation.code === 'account_disabled' && mayBeDisabled(operation, changes)
          ? undefined
          : `a right password was answered ${operation.status} ${operation.code}`,
    }))
}

function mayBeDisabled({ user, start, end }: Operation, changes: readonly Operation[]): boolean {
  const own = changes.filter((change) => change.user === user)
  return own.some(
    (disabling) =>
      disabling.call === 'disable' &&
      disabling.start < end &&
      !own.some(
        (enabling) =>
          enabling.call === 'enable' &&
          enabling.status === 200 &&
          enabling.start >= disabling.end &&
          enabling.end <= start,
      ),
  )
}
