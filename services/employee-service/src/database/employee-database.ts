import type { EmployeeTable } from '../employees/employee-table.ts'

/** The tables of employee-service's own database. */
export type EmployeeDatabase = {
  employees: EmployeeTable
}
