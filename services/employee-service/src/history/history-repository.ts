import type { EmployeeDatabase } from '../database/employee-database.ts'
import type { HistoryEntry } from './history-entry.ts'
import { toHistoryEntry } from './history-table.ts'

/** At most `limit` changes of an employee, the newest first, starting behind the change `before`. */
export async function listHistoryEntries(
  db: EmployeeDatabase,
  employeeId: string,
  limit: number,
  before?: string,
): Promise<HistoryEntry[]> {
  let select = db.selectFrom('employee_history').selectAll().where('employee_id', '=', employeeId)
  if (before !== undefined) select = select.where('id', '<', before)
  const rows = await select.orderBy('id', 'desc').limit(limit).execute()
  return rows.map(toHistoryEntry)
}
