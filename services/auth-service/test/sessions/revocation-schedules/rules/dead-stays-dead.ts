import { endedBefore, reasonGivenBy } from '../ends.ts'
import type { AuditTrace, History, Operation, SessionTrace } from '../history.ts'
import type { Rule } from './rule.ts'

/** No refresh that began after a session was over succeeds, nor does anything else that needs the session. */
export const nothingRevives: Rule = (history, { auditEvents }) =>
  history.operations.flatMap((operation) => {
    const { session, outcome, command } = operation
    if (!session || command.kind === 'sign_in' || (outcome.kind !== 'granted' && outcome.kind !== 'seen')) return []
    const end =
      endedBefore(history, session, operation) ??
      heardOfEnd(history, session, operation) ??
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

function heardOfEnd({ operations }: History, session: SessionTrace, operation: Operation): Operation | undefined {
  return operations.find(
    (each) =>
      each.session === session && each.end < operation.start && each.outcome.kind === 'refused' && saysOver(each),
  )
}

function saysOver({ command, outcome }: Operation): boolean {
  return outcome.kind === 'refused' && (command.kind === 'look' || outcome.code === 'session_ended')
}

/** What was recorded as ended is over: no refresh token leads on, no access token opens anything or passes a verifier. */
export const endedIsDead: Rule = ({ sessions }, { recordedEnds, listed, last }, verifier) =>
  sessions
    .filter(({ sid }) => recordedEnds.some((end) => end.sid === sid))
    .flatMap((session) => {
      const { number, sid, accessTokens } = session
      const faults: string[] = []
      const { refresh, look } = last.get(session) ?? {}
      if (refresh?.outcome.kind !== 'refused' || refresh.outcome.code !== 'session_ended')
        faults.push(`s${number} was ended and ${refresh?.id} refreshed it`)
      if (look?.outcome.kind !== 'refused') faults.push(`s${number} was ended and ${look?.id} found it alive`)
      if (listed.includes(sid)) faults.push(`s${number} was ended and is listed`)
      const accepted = accessTokens.filter((claims) => !verifier.refuses(claims)).length
      if (accepted > 0) faults.push(`s${number} was ended and verifiers accept ${accepted} of its access tokens`)
      return faults
    })

/** Whoever hears that a session is over hears the reason of an operation that ended it, begun before that answer; all hear the same. */
export const reasonsAreTrue: Rule = ({ operations }, { auditEvents }) => {
  const told = new Map<SessionTrace, string>()
  return operations.flatMap((operation) => {
    const { session, outcome, command, id } = operation
    if (!session || outcome.kind !== 'refused' || command.kind === 'sign_in') return []
    const enders = endersOf({ operations }, session, auditEvents).filter((each) => each.start < operation.end)
    if (outcome.code === 'session_ended' && !enders.some((each) => reasonGivenBy(each, session) === outcome.reason))
      return [`${id} heard that s${session.number} is over for ${outcome.reason}, which nothing ended it for`]
    // Who ends it tells its own reason, also where another was quicker.
    if (enders.includes(operation)) return []
    const before = told.get(session) ?? outcome.reason
    if (outcome.reason) told.set(session, outcome.reason)
    if (outcome.reason !== undefined && before !== outcome.reason)
      return [`${id} heard that s${session.number} is over for ${outcome.reason}, others for ${before}`]
    if (outcome.code === 'token_revoked' && enders.length === 0)
      return [`${id} heard that s${session.number} is over, which nothing had ended`]
    return []
  })
}
