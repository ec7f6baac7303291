import type { Kysely } from 'kysely'
import type { EmployeeDatabase } from '../database/employee-database.ts'
import type { HistoryEntry } from './history-entry.ts'
import { historyEntryOf } from './history-table.ts'

export type HistoryRepository = ReturnType<typeof createHistoryRepository>

/** Reads what triggers wrote. */
export function createHistoryRepository(db: Kysely<EmployeeDatabase>) {
  return {
    /** At most `limit` changes of an employee, the newest first, from right behind the change `before` on. */
    async list(employeeId: string, limit: number, before?: string): Promise<HistoryEntry[]> {
      let select = db.selectFrom('employee_history').selectAll().where('employee_id', '=', employeeId)
      if (before !== undefined) select = select.where('id', '<', before)
      const rows = await select.orderBy('id', 'desc').limit(limit).execute()
      return rows.map(historyEntryOf)
    },
  }
}
