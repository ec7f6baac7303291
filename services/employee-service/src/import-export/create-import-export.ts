import type { EmployeeDatabase } from '../database/employee-database.ts'
import { createWriteAs } from '../database/write-as.ts'
import { createEmployeeExport, type EmployeeExport } from './employee-export.ts'
import { createEmployeeImport, type EmployeeImport } from './employee-import.ts'
import { createPlaces, FILE_LIMITS, type FileLimits, type FileWork } from './places.ts'
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
  /** Those of production unless given. */
  readonly limits?: Partial<FileLimits> | undefined
}

export function createImportExport({ imports, exports, checkCells, newId, limits }: Dependencies): ImportExport {
  const placesOf = (work: FileWork) => createPlaces(work, { ...FILE_LIMITS, ...limits })
  return {
    importEmployees: createEmployeeImport(
      createWriteAs(imports),
      createRowCheck(checkCells, newId),
      placesOf('import'),
    ),
    exportEmployees: createEmployeeExport(exports, placesOf('export')),
  }
}
