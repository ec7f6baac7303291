import { endedBefore, mayEnd, overlap, reasonGivenBy } from '../expected-ends.ts'
import type { Assertion, History, Operation } from '../history.ts'
import { DEVICE_LIMIT } from '../schedule.ts'

/** There are never more devices than allowed, and one session on each. */
export const limitHolds: Assertion = ({ sessions }, { listed }) => {
  const devices = listed.map((sid) => sessions.find((session) => session.sid === sid)?.deviceId)
  const faults: string[] = []
  if (devices.includes(undefined)) faults.push('a session is listed that no answer contained')
  if (devices.length > DEVICE_LIMIT) faults.push(`${devices.length} devices are signed in`)
  if (new Set(devices).size < devices.length) faults.push('a device has two sessions')
  return faults
}

/**
 * Every end is recorded and audited once by the operation that caused it. Two parallel ones may both have ended the same session
 * as far as each could see, and both record it; one that began after the other was answered may not.
 */
export const endsAreAudited: Assertion = (history, { recordedEnds, auditEvents }) => {
  const { operations, sessions } = history
  const audited = auditEvents.filter(({ type }) => type === 'session_ended')
  const rows = recordedEnds.map(({ sid, deviceId, reason }) => `${sid} ${deviceId} ${reason}`).sort()
  const events = audited.map(({ deviceId, details }) => `${details.sid} ${deviceId} ${details.reason}`).sort()
  const faults: string[] = []
  if (rows.join() !== events.join()) faults.push('what was recorded as ended is not what was audited')

  for (const { requestId, deviceId, details } of audited) {
    const session = sessions.find(({ sid }) => sid === details.sid)
    const operation = operations.find(({ id }) => id === requestId)
    if (!session || !operation) {
      faults.push(`the audit trail has an end that no operation can have caused: ${requestId} ${deviceId}`)
      continue
    }
    const reason = reasonGivenBy(operation, session)
    if (session.deviceId !== deviceId || reason !== details.reason || !mayEnd(operation, session))
      faults.push(`the audit trail says that ${requestId} ended s${session.number} for ${details.reason}`)
    else if (reason === 'evicted' && !wasCrowded(history, operation))
      faults.push(`${requestId} made s${session.number} give way when there was room`)
  }
  for (const { number, sid } of sessions) {
    const enders = audited
      .filter(({ details }) => details.sid === sid)
      .map(({ requestId }) => operations.find(({ id }) => id === requestId))
      .filter((each) => each !== undefined)
    enders.forEach((each, n) => {
      if (enders.slice(n + 1).some((other) => other === each || !overlap(each, other)))
        faults.push(`s${number} was ended again after ${each.id} had ended it`)
    })
  }
  return faults
}

/** Whether there may have been as many other devices as allowed at one moment of the sign-in. */
function wasCrowded(history: History, signIn: Operation): boolean {
  const others = history.sessions.filter(
    (session) =>
      session.deviceId !== signIn.session?.deviceId &&
      session.opening.start < signIn.end &&
      endedBefore(history, session, signIn) === undefined,
  )
  return new Set(others.map(({ deviceId }) => deviceId)).size >= DEVICE_LIMIT
}

/** Every other change is audited as often as it was made. */
export const changesAreAudited: Assertion = ({ operations, sessions }, { auditEvents, recordedOpenings, user }) => {
  const faults: string[] = []
  const opened = sessions.map(({ sid }) => sid).sort()
  if (opened.join() !== [...recordedOpenings].sort().join())
    faults.push('the sessions recorded as opened are not those that were answered')
  const expectAudited = (type: string, did: (operation: Operation) => boolean) => {
    const recorded = auditEvents.filter((event) => event.type === type).map(({ requestId }) => requestId)
    const done = operations.filter(did).map(({ id }) => id)
    if (recorded.sort().join() !== done.sort().join())
      faults.push(`${type} was audited for ${recorded}, done by ${done}`)
  }
  expectAudited('login_succeeded', ({ command, outcome }) => command.kind === 'sign_in' && outcome.kind === 'granted')
  expectAudited(
    'password_changed',
    ({ command, outcome }) => command.kind === 'change_password' && outcome.kind === 'granted',
  )
  expectAudited('refresh_token_reuse', ({ outcome }) => outcome.kind === 'refused' && outcome.code === 'token_reused')
  const count = (type: string) => auditEvents.filter((event) => event.type === type).length
  if (count('user_disabled') - count('user_enabled') !== (user.status === 'disabled' ? 1 : 0))
    faults.push('disabling and enabling do not alternate in the audit trail')
  return faults
}
