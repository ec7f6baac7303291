import { mustEnd } from '../expected-ends.ts'
import type { History, Operation, SessionTrace } from '../history.ts'
import type { VerifierView } from '../verifier-view.ts'

// An end is in the feed before it is applied, and is applied before it is answered.

/** The store and, read after it, the feed. */
export type Observation = { readonly alive: readonly { sid: string }[]; readonly verifier: VerifierView }

/** A session that a call has ended is over; once an answer says that it is over, every access token of it is refused. */
export function atEachAnswer({ sessions }: History, operation: Operation, { alive, verifier }: Observation): string[] {
  const ended = sessions.filter((session) => mustEnd(operation, session))
  const over = saysOver(operation) && operation.session ? [...ended, operation.session] : ended
  return [
    ...ended
      .filter(({ sid }) => alive.some((each) => each.sid === sid))
      .map(({ number }) => `when ${operation.id} was answered, s${number} was alive`),
    ...accepted(over, verifier).map(({ number }) => `when ${operation.id} was answered, verifiers accepted s${number}`),
  ]
}

/** Wherever an operation is delayed: what is gone from the store is refused. */
export function atEachDelay(
  known: readonly SessionTrace[],
  operation: Operation,
  { alive, verifier }: Observation,
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
  if (command.kind === 'check') return true
  return outcome.code === 'session_ended' || outcome.code === 'token_reused'
}
