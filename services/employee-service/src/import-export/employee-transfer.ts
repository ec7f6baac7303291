import type { EmployeeExport } from './employee-export.ts'
import type { EmployeeImport } from './employee-import.ts'

/** Employees by the file. */
export type EmployeeTransfer = {
  readonly importEmployees: EmployeeImport
  readonly exportEmployees: EmployeeExport
}
