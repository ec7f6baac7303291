import { mustEnd } from './ends.ts'
import type { History, Operation, SessionTrace } from './history.ts'
import type { VerifierView } from './verifier-view.ts'

// An end is in the feed before it happens, and so before anyone hears of it.

/** Whoever is answered that a session is over, or has ended it, finds every access token of it refused already. */
export function atEachAnswer({ sessions }: History, operation: Operation, verifier: VerifierView): string[] {
  const over = sessions.filter((session) => mustEnd(operation, session))
  if (saysOver(operation) && operation.session) over.push(operation.session)
  return accepted(over, verifier).map(
    ({ number }) => `when ${operation.id} was answered, verifiers accepted s${number}`,
  )
}

/** Wherever an operation stops half way: what is gone from the store is refused. `alive` was asked for before the feed. */
export function atEachPause(
  known: readonly SessionTrace[],
  operation: Operation,
  alive: readonly { sid: string }[],
  verifier: VerifierView,
): string[] {
  const over = known.filter(({ sid }) => !alive.some((each) => each.sid === sid))
  return accepted(over, verifier).map(
    ({ number }) => `while ${operation.id} was under way, s${number} was over and verifiers accepted it`,
  )
}

const accepted = (sessions: readonly SessionTrace[], verifier: VerifierView): SessionTrace[] =>
  sessions.filter(({ accessTokens }) => !accessTokens.every((claims) => verifier.refuses(claims)))

function saysOver({ command, outcome }: Operation): boolean {
  if (outcome.kind !== 'refused') return false
  if (command.kind === 'look') return true
  return outcome.code === 'session_ended' || outcome.code === 'token_reused'
}
