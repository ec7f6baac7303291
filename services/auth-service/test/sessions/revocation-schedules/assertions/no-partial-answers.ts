import { overlap } from '../expected-ends.ts'
import type { Assertion, FinalState, History, Operation } from '../history.ts'

const isDone = ({ outcome }: Operation): boolean => outcome.kind === 'done'
const sets = (status: string) => (operation: Operation) =>
  operation.command.kind === 'set_status' && operation.command.status === status && isDone(operation)

/** The operations that bumped the token version: a repeated disabling does not. */
function bumpsOf({ operations }: History, { auditEvents }: FinalState): Operation[] {
  return operations.filter((each) =>
    sets('disabled')(each)
      ? auditEvents.some(({ type, requestId }) => type === 'user_disabled' && requestId === each.id)
      : each.command.kind === 'revoke_all' && isDone(each),
  )
}

/** A token has the version of its time, every live session was opened after the last bump, and verifiers refuse all lower versions. */
export const versionsAreExact: Assertion = (history, finalState, verifier) => {
  const { operations, sessions } = history
  const { user, tokenVersion, recordedEnds } = finalState
  const bumps = bumpsOf(history, finalState)
  const faults: string[] = []
  if (tokenVersion !== bumps.length) faults.push(`the version is ${tokenVersion} after ${bumps.length} bumps`)
  // Also of a session that the store has forgotten.
  const exp = Math.floor(Date.now() / 1000)
  if (bumps.length > 0 && !verifier.refuses({ sub: user.id, sid: 'forgotten', ver: tokenVersion - 1, exp }))
    faults.push(`verifiers accept version ${tokenVersion - 1}`)
  for (const operation of operations) {
    const { id, start, end, outcome } = operation
    const version =
      outcome.kind === 'granted' ? outcome.claims.ver : outcome.kind === 'found' ? outcome.tokenVersion : undefined
    if (version === undefined) continue
    const least = bumps.filter((each) => each.end < start).length
    const most = bumps.filter((each) => each.start < end).length
    if (version < least || version > most) faults.push(`${id} has version ${version}, which was over or not yet`)
  }
  for (const { number, sid, accessTokens } of sessions) {
    if (recordedEnds.some((end) => end.sid === sid)) continue
    if (accessTokens.some(({ ver }) => ver !== tokenVersion)) faults.push(`s${number} is alive with an old version`)
  }
  return faults
}

/** While an account is disabled no sign-in succeeds, and none of its sessions lives. */
export const disabledIsRefused: Assertion = ({ operations }, { user, listed }) => {
  const faults = operations.flatMap((operation) => {
    const { id, command, outcome, start, end } = operation
    if (command.kind !== 'sign_in') return []
    if (outcome.kind === 'granted') {
      const shut = operations
        .filter(sets('disabled'))
        .find(
          (disabling) =>
            disabling.end < start &&
            !operations.some((each) => sets('active')(each) && each.end > disabling.start && each.start < end),
        )
      return shut ? [`${id} signed in to an account that ${shut.id} had disabled`] : []
    }
    if (outcome.kind === 'refused' && outcome.code === 'account_disabled') {
      const excuse = operations
        .filter(sets('disabled'))
        .some(
          (disabling) =>
            disabling.start < end &&
            !operations.some((each) => sets('active')(each) && each.start > disabling.end && each.end < start),
        )
      return excuse ? [] : [`${id} was refused for a disabled account when it was active`]
    }
    return []
  })
  if (user.status === 'disabled' && listed.length > 0)
    faults.push(`${listed.length} sessions of a disabled account are listed`)
  return faults
}

/** No session that was opened under an old password outlives it. */
export const oldPasswordIsRefused: Assertion = ({ operations, sessions }, { passwordVersion, recordedEnds }) => {
  const changes = operations.filter(
    (each) => each.command.kind === 'change_password' && each.outcome.kind === 'granted',
  )
  const lastChange = changes.reduce<Operation | undefined>((a, b) => (a && a.end > b.end ? a : b), undefined)
  const stale = sessions.filter(
    (session) => !recordedEnds.some(({ sid }) => sid === session.sid) && session.passwordVersion !== passwordVersion,
  )
  const refused = operations.filter(
    ({ command, outcome }) =>
      outcome.kind === 'refused' && (command.kind === 'sign_in' || command.kind === 'change_password'),
  )
  return [
    ...stale.map(({ number }) => `s${number} is alive with a password that ${lastChange?.id} had changed`),
    ...refused.flatMap((operation) => {
      const { id, command, outcome } = operation
      const code = outcome.kind === 'refused' ? outcome.code : ''
      if (code === 'account_disabled') return []
      // Its session had ended: reasonsAreTrue has that.
      if (code === 'token_revoked' && command.kind === 'change_password') return []
      if (!['invalid_credentials', 'wrong_password'].includes(code)) return [`${id} was refused with ${code}`]
      return changes.some((each) => overlap(each, operation))
        ? []
        : [`${id} was refused a password that no operation had changed`]
    }),
  ]
}

/** An answer shows the user as the last change before it left them, or one that was under way. */
export const usersAreFresh: Assertion = ({ operations }) => {
  const renames = operations.filter(({ command }) => command.kind === 'rename')
  return operations.flatMap(({ id, start, end, outcome }) => {
    if (outcome.kind !== 'granted' && outcome.kind !== 'found') return []
    const { fullName } = outcome.user
    const source = renames.find((each) => each.id === fullName)
    if (fullName !== null && (!source || source.start > end)) return [`${id} shows a name that no operation had set`]
    const newer = renames.find((each) => each.end < start && each.start > (source?.end ?? 0))
    return newer ? [`${id} shows the name from before ${newer.id}`] : []
  })
}
