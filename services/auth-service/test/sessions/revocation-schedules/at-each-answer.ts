import { mustEnd } from './ends.ts'
import type { History, Operation, SessionTrace } from './history.ts'
import type { VerifierView } from './verifier-view.ts'

/**
 * An end is in the feed before it happens, and so before anyone hears of it: whoever is answered that a session is over, or
 * has ended it, must find every access token of it refused already.
 */
export function atEachAnswer({ sessions }: History, operation: Operation, verifier: VerifierView): string[] {
  const over = sessions.filter((session) => mustEnd(operation, session))
  if (saysOver(operation) && operation.session) over.push(operation.session)
  return over
    .filter(({ accessTokens }) => !accessTokens.every((claims) => verifier.refuses(claims)))
    .map(({ number }: SessionTrace) => `when ${operation.id} was answered, s${number} was not refused by the feed`)
}

function saysOver({ command, outcome }: Operation): boolean {
  if (outcome.kind !== 'refused') return false
  if (command.kind === 'look') return true
  return outcome.code === 'session_ended' || outcome.code === 'token_reused'
}
