import type { EmployeeDatabase } from '../database/employee-database.ts'
import { createWriteAs } from '../database/write-as.ts'
import { createEmployeeExport, type EmployeeExport } from './employee-export.ts'
import { createEmployeeImport, type EmployeeImport } from './employee-import.ts'
import { type CellCheck, createRowCheck } from './row-check.ts'

/** CSV import and export of employees. */
export type ImportExport = {
  readonly importEmployees: EmployeeImport
  readonly exportEmployees: EmployeeExport
}

type Dependencies = {
  /** Two pools: a client that reads an export slowly takes no connection from imports. */
  readonly imports: EmployeeDatabase
  readonly exports: EmployeeDatabase
  readonly checkCells: CellCheck
  readonly newId: () => string
}

export function createImportExport({ imports, exports, checkCells, newId }: Dependencies): ImportExport {
  return {
    importEmployees: createEmployeeImport(createWriteAs(imports), createRowCheck(checkCells, newId)),
    exportEmployees: createEmployeeExport(exports),
  }
}
