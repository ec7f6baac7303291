import { encodeCursor, idOfCursor, type Page, pageOf } from '@latchkey/problems'
import type { EmployeeDatabase } from '../database/employee-database.ts'
import { findEmployee } from '../employees/employee-repository.ts'
import { problems } from '../errors.ts'
import type { HistoryEntry } from './history-entry.ts'
import { listHistoryEntries } from './history-repository.ts'

type HistoryListing = { readonly limit: number; readonly cursor?: string | undefined }

export type HistoryService = {
  /**
   * A page of an employee's changes, the newest first. It can still be read when the employee has been deleted.
   *
   * @throws `employee_not_found`, and `invalid_request` for a cursor that is none
   */
  list(employeeId: string, listing: HistoryListing): Promise<Page<HistoryEntry>>
}

/** The id of an entry: at most 18 digits, which fit a bigint. */
const ENTRY_ID = /^[1-9]\d{0,17}$/

export function createHistory(db: EmployeeDatabase): HistoryService {
  return {
    async list(employeeId, { limit, cursor }) {
      const entries = await listHistoryEntries(db, employeeId, limit + 1, idOfCursor(cursor, ENTRY_ID))
      // Rows written before migration 0002 have no history.
      if (entries.length === 0 && (await findEmployee(db, employeeId)) === undefined) {
        throw new problems.employee_not_found()
      }
      return pageOf(entries, limit, ({ id }) => encodeCursor(id))
    },
  }
}
