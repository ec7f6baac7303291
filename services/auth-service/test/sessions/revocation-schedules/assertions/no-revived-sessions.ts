import { endedBefore, mustEnd, overlap, reasonGivenBy, renewalOf } from '../expected-ends.ts'
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

/**
 * What ends all sessions of a device, or of the user, ends the session that takes the place of one at that time as well. A session that
 * its holder signed out of gets no successor.
 */
export const endedIsNotRenewed: Assertion = (history, { recordedEnds }) =>
  history.sessions.flatMap((session) => {
    const renewal = renewalOf(history, session)
    const renewed = history.sessions.find(({ opening }) => opening === renewal)
    if (!renewal || !renewed) return []
    if (recordedEnds.some(({ sid, reason }) => sid === session.sid && reason === 'signed_out'))
      return [`s${session.number} was signed out of, and s${renewed.number} took its place`]
    if (recordedEnds.some(({ sid }) => sid === renewed.sid)) return []
    return history.operations
      .filter(({ command }) => ['sign_in', 'revoke', 'revoke_all', 'set_status'].includes(command.kind))
      .filter((each) => overlap(each, renewal) && mustEnd(each, session))
      .map(({ id }) => `${id} ended s${session.number}, and s${renewed.number} took its place`)
  })

/** A session that was recorded as ended is over: none of its tokens refreshes, opens anything or passes a verifier. */
export const endedIsDead: Assertion = (history, { recordedEnds, listed, last }, verifier) =>
  history.sessions
    .filter(({ sid }) => recordedEnds.some((end) => end.sid === sid))
    .flatMap((session) => {
      const { number, sid, accessTokens } = session
      const faults: string[] = []
      const { refresh, check } = last.get(session) ?? {}
      // The schedule is over before the grace of a change of password is.
      const codes = renewalOf(history, session) ? ['session_ended', 'token_superseded'] : ['session_ended']
      if (refresh?.outcome.kind !== 'refused' || !codes.includes(refresh.outcome.code))
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
