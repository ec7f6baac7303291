import { mustEnd } from './ends.ts'
import type { History, Operation, SessionTrace } from './history.ts'
import type { VerifierView } from './verifier-view.ts'

// An end is in the feed before it happens, and has happened before anyone hears of it.

/** What is known of the store and, after that, of the feed. */
export type Sight = { readonly alive: readonly { sid: string }[]; readonly verifier: VerifierView }

/** Whoever has ended a session finds it over; whoever hears that one is over finds every access token of it refused already. */
export function atEachAnswer({ sessions }: History, operation: Operation, { alive, verifier }: Sight): string[] {
  const ended = sessions.filter((session) => mustEnd(operation, session))
  const over = saysOver(operation) && operation.session ? [...ended, operation.session] : ended
  return [
    ...ended
      .filter(({ sid }) => alive.some((each) => each.sid === sid))
      .map(({ number }) => `when ${operation.id} was answered, s${number} was alive`),
    ...accepted(over, verifier).map(({ number }) => `when ${operation.id} was answered, verifiers accepted s${number}`),
  ]
}

/** Wherever an operation stops half way: what is gone from the store is refused. */
export function atEachPause(
  known: readonly SessionTrace[],
  operation: Operation,
  { alive, verifier }: Sight,
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
