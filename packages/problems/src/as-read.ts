import { invalidInput } from './common-problems.ts'
import type { InputFault } from './problem.ts'

/** Of a member that the service sets, and that was sent with another value. */
export const readOnlyFault = (path: string): InputFault => ({
  path,
  message: 'is set by the service: leave it out, or send it as it was read',
})

/**
 * Takes members that the service sets, as a caller sends them back together with the rest of what was read. Those left out say nothing.
 *
 * @param present by the name of each member; a `Date` stands for its text in any spelling
 * @throws `invalid_request` with every member that differs
 */
export function assertAsRead(
  present: Readonly<Record<string, unknown>>,
  given: Readonly<Record<string, unknown>>,
): void {
  const faults = Object.entries(given)
    .filter(([name, value]) => value !== undefined && !isSame(present[name], value))
    .map(([name]) => readOnlyFault(`/${name}`))
  if (faults.length > 0) throw invalidInput(...faults)
}

function isSame(present: unknown, given: unknown): boolean {
  if (present instanceof Date) return typeof given === 'string' && present.getTime() === Date.parse(given)
  if (Array.isArray(present) && Array.isArray(given)) {
    return present.length === given.length && present.every((each, index) => isSame(each, given[index]))
  }
  if (isRecord(present) && isRecord(given)) {
    const names = Object.keys(present)
    return (
      names.length === Object.keys(given).length &&
      names.every((name) => Object.hasOwn(given, name) && isSame(present[name], given[name]))
    )
  }
  return present === given
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
