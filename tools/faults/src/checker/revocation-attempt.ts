import type { Call, Operation } from '../history/history-record.ts'

/** An operation that may have revoked a session. */
export type RevocationAttempt = {
  readonly operation: Operation
  /** The `reason` of `session_ended` that the client may get because of it. */
  readonly reason: string
  /** It was acknowledged, so the session must be revoked from its end on. */
  readonly isCertain: boolean
}

const REASONS: Partial<Record<Call, string>> = {
  'sign-out': 'signed_out',
  'sign-out-everywhere': 'signed_out_everywhere',
  'revoke-own-device': 'revoked_by_user',
  'revoke-device': 'revoked_by_admin',
  'revoke-all-devices': 'revoked_by_admin',
  disable: 'account_disabled',
  'sign-in': 'replaced',
}

/** Whether the caller asks for a revocation; a sign-in only replaces a session. */
export const isRevocation = ({ call }: Operation): boolean => call !== 'sign-in' && REASONS[call] !== undefined

/** What an operation may do to the session that the sign-in `opened` opened; undefined when nothing. */
export function revocationAttempt(operation: Operation, opened: Operation): RevocationAttempt | undefined {
  const { call, actor, status } = operation
  if (operation === opened || operation.end <= opened.start) return undefined
  if (actor === 'thief' && call === 'refresh' && operation.session === opened.session) {
    const isCertain = operation.code === 'token_reused'
    // Refused without a verdict on the session: it is unchanged.
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
  if (call === 'revoke-own-device' || call === 'revoke-device' || call === 'sign-in') return device === opened.device
  return true
}

/** 404 to the revocation of a device says that it has no session. */
export function isAnswered({ call, status }: Operation): boolean {
  return (
    (status >= 200 && status < 300) || (status === 404 && (call === 'revoke-own-device' || call === 'revoke-device'))
  )
}

const isRefusal = (operation: Operation): boolean =>
  operation.status >= 400 && operation.status < 500 && !isAnswered(operation)
