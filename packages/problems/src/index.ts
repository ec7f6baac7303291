export { assertAsRead, readOnlyFault } from './as-read.ts'
export { commonProblems, invalidInput, unavailable } from './common-problems.ts'
export { isEmail, normalizeDomain, normalizeEmail, normalizeEmailsIn, typedName, withoutOuterSpaces } from './email.ts'
export { hasDuplicateMembers } from './json-members.ts'
export { LINE, VISIBLE_LINE } from './line.ts'
export { decodeCursor, encodeCursor, idOfCursor, type Page, pageOf } from './page.ts'
export {
  type ConcurrencyLimit,
  defineProblems,
  type InputFault,
  Problem,
  type ProblemDefinition,
  type ProblemError,
  type ProblemOptions,
  type RateLimit,
} from './problem.ts'
export { isPublicError, type PublicError } from './public-error.ts'
export { repeat } from './repeat.ts'
export type { LabeledMetric, Log, Metric } from './telemetry.ts'
export { UUID } from './uuid.ts'
export { waitUntilReady } from './wait-until-ready.ts'
export { withDeadline } from './with-deadline.ts'
