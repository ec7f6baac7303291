import type { Aftermath, History } from '../history.ts'
import type { VerifierView } from '../verifier-view.ts'
import { absenceIsTrue, nothingFails, rotationIsHonest, untouchedIsAlive } from './alive-stays-alive.ts'
import { deedsAreRecorded, endsAreRecorded, limitHolds } from './books-are-kept.ts'
import { disabledIsShut, oldPasswordIsShut, usersAreFresh, versionsAreExact } from './cuts-are-clean.ts'
import { endedIsDead, nothingRevives, reasonsAreTrue } from './dead-stays-dead.ts'

const rules = [
  nothingFails,
  nothingRevives,
  endedIsDead,
  reasonsAreTrue,
  untouchedIsAlive,
  rotationIsHonest,
  absenceIsTrue,
  versionsAreExact,
  disabledIsShut,
  oldPasswordIsShut,
  usersAreFresh,
  limitHolds,
  endsAreRecorded,
  deedsAreRecorded,
]

/** Everything that a history breaks, with what was found while it went on. */
export const faultsOf = (history: History, aftermath: Aftermath, verifier: VerifierView): string[] => [
  ...history.faults,
  ...rules.flatMap((rule) => rule(history, aftermath, verifier)),
]
