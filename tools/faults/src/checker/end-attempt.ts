import type { Call, Operation } from '../history/history-record.ts'

/** Something that may have ended a session. */
export type EndAttempt = {
  readonly operation: Operation
  /** What the session's holder may be told because of it. */
  readonly reason: string
  /** It was answered, so the session must be over from the end of it on. */
  readonly isCertain: boolean
}

const REASONS: Partial<Record<Call, string>> = {
  'sign-out': 'signed_out',
  'sign-out-everywhere': 'signed_out_everywhere',
  'end-own-device': 'revoked_by_user',
  'end-device': 'revoked_by_admin',
  'end-all-devices': 'revoked_by_admin',
  disable: 'account_disabled',
  'sign-in': 'replaced',
}

/** Whether somebody asks for sessions to be ended, rather than have a sign-in replace one. */
export const isRevocation = ({ call }: Operation): boolean => call !== 'sign-in' && REASONS[call] !== undefined

/** What an operation may do to a session that was opened by another one, `opened`; undefined when nothing. */
export function endAttempt(operation: Operation, opened: Operation): EndAttempt | undefined {
  const { call, actor, status } = operation
  if (operation === opened || operation.end <= opened.start) return undefined
  if (actor === 'thief' && call === 'refresh' && operation.session === opened.session) {
    const isCertain = operation.code === 'token_reused'
    // Refused without a verdict on the session: nothing was done to it.
    return status === 401 && !isCertain ? undefined : { operation, reason: 'token_reused', isCertain }
  }
  const reason = REASONS[call]
  if (reason === undefined || !concerns(operation, opened) || isRefusal(operation)) return undefined
  const isLater = call === 'sign-out' || operation.start >= opened.end
  return { operation, reason, isCertain: isLater && isAnswered(operation) }
}

function concerns({ call, user, device, session }: Operation, opened: Operation): boolean {
  if (user !== opened.user) return false
  if (call === 'sign-out') return session === opened.session
  if (call === 'end-own-device' || call === 'end-device' || call === 'sign-in') return device === opened.device
  return true
}

/** Of a call that ends what is on a device, 404 says that there is nothing any more. */
export function isAnswered({ call, status }: Operation): boolean {
  return (status >= 200 && status < 300) || (status === 404 && (call === 'end-own-device' || call === 'end-device'))
}

const isRefusal = (operation: Operation): boolean =>
  operation.status >= 400 && operation.status < 500 && !isAnswered(operation)
