import { invalidInput, readOnlyFault } from '@latchkey/problems'
import { problems } from '../errors.ts'
import type { Employee } from './employee.ts'

/** Members that the service sets, as a caller sends them back with the rest of an employee. */
export type ReadOnlyMembers = Partial<Pick<Employee, 'id' | 'version' | 'createdAt' | 'updatedAt'>>

export function hasReadOnly({ id, version, createdAt, updatedAt }: ReadOnlyMembers): boolean {
  return [id, version, createdAt, updatedAt].some((member) => member !== undefined)
}

/**
 * Accepts the values that a read returned, and refuses others. An earlier `version` means that the employee has changed since the read: a
 * conflict, as with If-Match, whatever else differs, and not a fault of the body.
 *
 * @throws `version_conflict`, `invalid_request` with every member that differs
 */
export function assertUnchanged(present: Employee, given: ReadOnlyMembers): void {
  if (given.version !== undefined && given.version < present.version) {
    throw new problems.version_conflict({
      detail: 'The version of the employee differs from `version` in the body. Read it again.',
    })
  }
  const differs = {
    '/id': given.id !== undefined && given.id.toLowerCase() !== present.id,
    '/version': given.version !== undefined && given.version !== present.version,
    '/createdAt': isAnother(present.createdAt, given.createdAt),
    '/updatedAt': isAnother(present.updatedAt, given.updatedAt),
  }
  const faults = Object.entries(differs).flatMap(([path, isDifferent]) => (isDifferent ? [readOnlyFault(path)] : []))
  if (faults.length > 0) throw invalidInput(...faults)
}

const isAnother = (present: Date, given: Date | undefined): boolean =>
  given !== undefined && given.getTime() !== present.getTime()
