import { livedThrough, renewalOf } from '../expected-ends.ts'
import type { Assertion } from '../history.ts'

/** A session that nothing ended goes on: its newest token refreshes, and no verifier refuses any access token of it. */
export const untouchedIsAlive: Assertion = ({ sessions }, { recordedEnds, listed, last }, verifier) =>
  sessions
    .filter(({ sid }) => !recordedEnds.some((end) => end.sid === sid))
    .flatMap((session) => {
      const { number, sid, accessTokens } = session
      const faults: string[] = []
      const { refresh, check } = last.get(session) ?? {}
      if (refresh?.outcome.kind !== 'granted')
        faults.push(`nothing ended s${number} and ${refresh?.id} could not refresh it`)
      if (check?.outcome.kind !== 'found') faults.push(`nothing ended s${number} and ${check?.id} did not find it`)
      if (!listed.includes(sid)) faults.push(`nothing ended s${number} and it is not listed`)
      const refused = accessTokens.filter((claims) => verifier.refuses(claims)).length
      if (refused > 0) faults.push(`nothing ended s${number} and verifiers refuse ${refused} of its access tokens`)
      return faults
    })

/** Honest clients get one successor for one token however often they ask, and are never taken for thieves. */
export const rotationIsHonest: Assertion = (history) =>
  history.operations.flatMap(({ id, command, session, outcome, presented, end }) => {
    if (presented === undefined || (command.kind !== 'refresh' && command.kind !== 'steal')) return []
    if (outcome.kind === 'granted' && outcome.generation !== presented + 1)
      return [`${id} presented generation ${presented} and got ${outcome.generation}`]
    if (outcome.kind !== 'refused') return []
    if (outcome.code === 'token_reused' && command.kind === 'refresh') return [`${id} was taken for a thief`]
    if (outcome.code === 'token_superseded') {
      const isLate = history.operations.some(
        (each) => each.session === session && (each.presented ?? 0) > presented && each.start < end,
      )
      const renewal = session && renewalOf(history, session)
      const isRenewed = renewal !== undefined && renewal.start < end
      return isLate || isRenewed ? [] : [`${id} was refused for a newer token when there was none`]
    }
    return ['session_ended', 'token_reused'].includes(outcome.code) ? [] : [`${id} was refused with ${outcome.code}`]
  })

/** A device is called signed out only when there was a moment at which it may have been. */
export const absenceIsTrue: Assertion = (history) =>
  history.operations.flatMap((operation) => {
    const { id, command, outcome } = operation
    if (command.kind !== 'revoke' || outcome.kind !== 'refused') return []
    if (outcome.code !== 'session_not_found') return [`${id} was refused with ${outcome.code}`]
    const present = history.sessions.find(
      (session) => session.deviceId === `device-${command.device}` && livedThrough(history, session, operation),
    )
    return present ? [`${id} did not find s${present.number}`] : []
  })

export const nothingFails: Assertion = ({ operations }) =>
  operations.filter(({ outcome }) => outcome.kind === 'failed').map(({ id }) => `${id} failed`)
