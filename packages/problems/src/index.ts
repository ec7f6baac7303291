export { commonProblems, unavailable } from './common-problems.ts'
export type { Log } from './log.ts'
export type { Metric } from './metric.ts'
export { decodeCursor, encodeCursor, idOfCursor, type Page, pageOf } from './page.ts'
export {
  type BearerError,
  defineProblems,
  type InputFault,
  Problem,
  type ProblemClass,
  type ProblemDefinition,
  type ProblemError,
  type ProblemOptions,
  type Problems,
} from './problem.ts'
export { isPublicError, type PublicError } from './public-error.ts'
export { repeat } from './repeat.ts'
export { UUID } from './uuid.ts'
export { withDeadline } from './with-deadline.ts'
