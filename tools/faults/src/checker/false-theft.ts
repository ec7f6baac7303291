import type { HistoryRecord, Operation } from '../history/history-record.ts'
import type { CheckOptions } from './check-options.ts'
import { isStolen, type SessionHistory } from './session-history.ts'
import type { Violation } from './violation.ts'

const HONEST = new Set(['client', 'revoker'])

/** I-NOFALSETHEFT: a client is refused only after a theft or a revocation, and the response names that reason. */
export function falseTheft(
  sessions: readonly SessionHistory[],
  records: readonly HistoryRecord[],
  { hasClockSteps = false }: Pick<CheckOptions, 'hasClockSteps'>,
): Violation[] {
  const refusals = sessions.flatMap((session) =>
    session.operations
      .filter(({ actor, status }) => HONEST.has(actor) && (status === 401 || status === 403))
      .filter((operation) => !hasClockSteps || !isOutOfTime(operation))
      .map((operation) => ({ operation, message: faultOf(operation, session) })),
  )
  return [...refusals, ...falseSignInRefusals(records)].flatMap(({ operation, message }) =>
    message === undefined ? [] : [{ invariant: 'I-NOFALSETHEFT', operation, message }],
  )
}

const OUT_OF_TIME = new Set(['token_expired', 'invalid_token'])

/** Of an access token; what becomes of a session does not depend on clocks. */
const isOutOfTime = ({ call, code }: Operation): boolean => call !== 'refresh' && OUT_OF_TIME.has(code ?? '')

function faultOf(operation: Operation, session: SessionHistory): string | undefined {
  const { call, code, reason, status } = operation
  const attempts = session.attempts.filter((attempt) => attempt.operation.start < operation.end)
  if (call !== 'refresh') {
    return attempts.length > 0 ? undefined : `${call} was answered ${status} ${code}, and the session was not revoked`
  }
  if (code === 'session_ended') {
    return attempts.some((attempt) => attempt.reason === reason)
      ? undefined
      : `the session ended (${reason}), and nothing caused that`
  }
  if (code === 'token_reused' || code === 'token_superseded') {
    return isStolen(session, operation.end) ? undefined : `an honest client was answered ${code}`
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
          : `a correct password was answered ${operation.status} ${operation.code}`,
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
