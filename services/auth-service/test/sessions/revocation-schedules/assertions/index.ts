import type { FinalState, History } from '../history.ts'
import type { VerifierView } from '../verifier-view.ts'
import { changesAreAudited, endsAreAudited, limitHolds } from './audit-completeness.ts'
import { absenceIsTrue, nothingFails, rotationIsHonest, untouchedIsAlive } from './no-lost-sessions.ts'
import { disabledIsRefused, oldPasswordIsRefused, usersAreFresh, versionsAreExact } from './no-partial-answers.ts'
import { endedIsDead, endedIsNotRenewed, nothingRevives, reasonsAreTrue } from './no-revived-sessions.ts'

const assertions = [
  nothingFails,
  nothingRevives,
  endedIsDead,
  endedIsNotRenewed,
  reasonsAreTrue,
  untouchedIsAlive,
  rotationIsHonest,
  absenceIsTrue,
  versionsAreExact,
  disabledIsRefused,
  oldPasswordIsRefused,
  usersAreFresh,
  limitHolds,
  endsAreAudited,
  changesAreAudited,
]

/** Every fault of a history: those found during the run, then those of the assertions. */
export const faultsOf = (history: History, finalState: FinalState, verifier: VerifierView): string[] => [
  ...history.faults,
  ...assertions.flatMap((assertion) => assertion(history, finalState, verifier)),
]
