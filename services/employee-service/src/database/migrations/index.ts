import type { Migration } from 'kysely/migration'
import { employees } from './0001-employees.ts'
import { employeeHistory } from './0002-employee-history.ts'

/** In the order of their names; a published one never changes. */
export const migrations: Record<string, Migration> = {
  '0001-employees': employees,
  '0002-employee-history': employeeHistory,
}
