import type { EmployeeRepository } from '../employees/employee-repository.ts'
import { invalidInput, problems } from '../errors.ts'
import type { HistoryEntry } from './history-entry.ts'
import type { HistoryRepository } from './history-repository.ts'

type HistoryListing = { readonly limit: number; readonly cursor?: string | undefined }

export type HistoryService = ReturnType<typeof createHistoryService>

/** What happened to an employee; it can still be read when the employee is gone. */
export function createHistoryService(history: HistoryRepository, employees: EmployeeRepository) {
  return {
    /** A page of changes, the newest first. */
    async list(employeeId: string, { limit, cursor }: HistoryListing) {
      const found = await history.list(employeeId, limit + 1, cursor === undefined ? undefined : idOfCursor(cursor))
      // Nobody exists without a history but those who were there before there was one.
      if (found.length === 0 && (await employees.find(employeeId)) === undefined) {
        throw new problems.employee_not_found()
      }
      const items = found.slice(0, limit)
      const last = found.length > limit ? items.at(-1) : undefined
      return { items, nextCursor: last === undefined ? null : cursorOf(last) }
    },
  }
}

const cursorOf = ({ id }: HistoryEntry): string => Buffer.from(id).toString('base64url')

/** At most 18 digits, which fit a bigint. @throws `invalid_request` for what was never a cursor */
function idOfCursor(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString()
  if (/^[1-9]\d{0,17}$/.test(id) && Buffer.from(id).toString('base64url') === cursor) return id
  throw invalidInput({ path: 'query/cursor', message: 'must be a nextCursor of an earlier answer' })
}
