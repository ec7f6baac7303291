import { endedBefore, reasonGivenBy } from '../expected-ends.ts'
import type { Assertion, AuditTrace, History, Operation, SessionTrace } from '../history.ts'

/** Nothing that needs a session succeeds if it began after the session was over. */
export const nothingRevives: Assertion = (history, { auditEvents }) =>
  history.operations.flatMap((operation) => {
    const { session, outcome, command } = operation
    if (!session || command.kind === 'sign_in' || (outcome.kind !== 'granted' && outcome.kind !== 'found')) return []
    const end =
      endedBefore(history, session, operation) ??
      answeredEnd(history, session, operation) ??
      endersOf(history, session, auditEvents).find((each) => each.end < operation.start)
    return end ? [`${operation.id} found s${session.number} alive, which was over after ${end.id}`] : []
  })

/** The operations that say that they ended the session. */
const endersOf = (
  { operations }: Pick<History, 'operations'>,
  { sid }: SessionTrace,
  auditEvents: readonly AuditTrace[],
) =>
  operations.filter(({ id }) =>
    auditEvents.some(
      ({ type, requestId, details }) => type === 'session_ended' && requestId === id && details.sid === sid,
    ),
  )

function answeredEnd({ operations }: History, session: SessionTrace, operation: Operation): Operation | undefined {
  return operations.find(
    (each) =>
      each.session === session && each.end < operation.start && each.outcome.kind === 'refused' && saysOver(each),
  )
}

function saysOver({ command, outcome }: Operation): boolean {
  return outcome.kind === 'refused' && (command.kind === 'check' || outcome.code === 'session_ended')
}

/** A session that was recorded as ended is over: none of its tokens refreshes, opens anything or passes a verifier. */
export const endedIsDead: Assertion = ({ sessions }, { recordedEnds, listed, last }, verifier) =>
  sessions
    .filter(({ sid }) => recordedEnds.some((end) => end.sid === sid))
    .flatMap((session) => {
      const { number, sid, accessTokens } = session
      const faults: string[] = []
      const { refresh, check } = last.get(session) ?? {}
      if (refresh?.outcome.kind !== 'refused' || refresh.outcome.code !== 'session_ended')
        faults.push(`s${number} was ended and ${refresh?.id} refreshed it`)
      if (check?.outcome.kind !== 'refused') faults.push(`s${number} was ended and ${check?.id} found it alive`)
      if (listed.includes(sid)) faults.push(`s${number} was ended and is listed`)
      const accepted = accessTokens.filter((claims) => !verifier.refuses(claims)).length
      if (accepted > 0) faults.push(`s${number} was ended and verifiers accept ${accepted} of its access tokens`)
      return faults
    })

/** An answer that a session is over has the reason of an operation that ended it and had begun by then; all have the same reason. */
export const reasonsAreTrue: Assertion = ({ operations }, { auditEvents }) => {
  const answered = new Map<SessionTrace, string>()
  return operations.flatMap((operation) => {
    const { session, outcome, command, id } = operation
    if (!session || outcome.kind !== 'refused' || command.kind === 'sign_in') return []
    const enders = endersOf({ operations }, session, auditEvents).filter((each) => each.start < operation.end)
    if (outcome.code === 'session_ended' && !enders.some((each) => reasonGivenBy(each, session) === outcome.reason))
      return [`${id} got ${outcome.reason} for s${session.number}, which nothing ended for that`]
    // The operation that ends it answers with its own reason, also if another one was quicker.
    if (enders.includes(operation)) return []
    const before = answered.get(session) ?? outcome.reason
    if (outcome.reason) answered.set(session, outcome.reason)
    if (outcome.reason !== undefined && before !== outcome.reason)
      return [`${id} got ${outcome.reason} for s${session.number}, others ${before}`]
    if (outcome.code === 'token_revoked' && enders.length === 0)
      return [`${id} was refused for s${session.number}, which nothing had ended`]
    return []
  })
}
