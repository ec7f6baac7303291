import type { EndReason } from '../../../src/sessions/session.ts'
import type { History, Operation, SessionTrace } from './history.ts'

// The model: which operation ends which session, derived from the calls, their answers and their times alone.

const succeeded = ({ outcome }: Operation): boolean => outcome.kind === 'done' || outcome.kind === 'granted'

/** With which reason the operation ends the session if it meets it alive; undefined when it does not concern it. */
export function reasonGivenBy(operation: Operation, session: SessionTrace): EndReason | undefined {
  const { command, outcome } = operation
  if (outcome.kind === 'refused' && operation.session === session) {
    if (outcome.code === 'token_reused') return 'token_reused'
    // A refresh that finds the account disabled before its sessions have been ended does that itself.
    if (outcome.reason === 'account_disabled') return 'account_disabled'
  }
  if (!succeeded(operation) || session.opening === operation) return undefined
  switch (command.kind) {
    case 'sign_in':
      return operation.session?.deviceId === session.deviceId ? 'replaced' : 'evicted'
    case 'sign_out':
      return operation.session === session ? 'signed_out' : undefined
    case 'revoke':
      return session.deviceId === `device-${command.device}` ? command.reason : undefined
    case 'revoke_all':
      return command.reason
    case 'change_password':
      return 'password_changed'
    case 'set_status':
    case 'rename':
      // Whatever an administrator changes about a disabled account, what should be over by then is ended again.
      return outcome.kind === 'done' && outcome.status === 'disabled' ? 'account_disabled' : undefined
    default:
      return undefined
  }
}

/** Whether the session cannot have outlived the operation: it had been opened before that began. */
export function mustEnd(operation: Operation, session: SessionTrace): boolean {
  const reason = reasonGivenBy(operation, session)
  return reason !== undefined && reason !== 'evicted' && operation.start > session.opening.end
}

/** Whether the operation may have met the session. */
export function mayEnd(operation: Operation, session: SessionTrace): boolean {
  return reasonGivenBy(operation, session) !== undefined && operation.end > session.opening.start
}

/** Whether the session may be alive, for a client that knows every answer so far. */
export function seemsAlive({ operations }: History, session: SessionTrace): boolean {
  return !operations.some((each) => {
    const reason = reasonGivenBy(each, session)
    if (reason !== undefined && reason !== 'evicted') return each.end > session.opening.end
    return each.session === session && each.outcome.kind === 'refused'
  })
}

/** What had surely ended the session when the operation began. */
export function endedBefore(
  { operations }: History,
  session: SessionTrace,
  operation: Operation,
): Operation | undefined {
  return operations.find((each) => each.end < operation.start && mustEnd(each, session))
}

/** Whether the session surely lived from the start to the end of the operation. */
export function livedThrough({ operations }: History, session: SessionTrace, operation: Operation): boolean {
  if (session.opening.end > operation.start) return false
  return !operations.some((each) => each.start < operation.end && each !== operation && mayEnd(each, session))
}

/** The operation that put a new session in the place of this one. */
export const renewalOf = ({ operations }: History, session: SessionTrace): Operation | undefined =>
  operations.find(
    ({ command, outcome, session: asking }) =>
      command.kind === 'change_password' && outcome.kind === 'granted' && asking === session,
  )

export const overlap = (a: Operation, b: Operation): boolean => a.start < b.end && b.start < a.end
