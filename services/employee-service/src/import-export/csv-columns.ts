import type { Employee, EmployeeDetails } from '../employees/employee.ts'

/** Set by the service: the export has them, the import skips them. */
const READ_ONLY_COLUMNS = ['version', 'createdAt', 'updatedAt'] as const

/** What the import reads. An id that is left out or empty is made by the service. */
export const IMPORT_COLUMNS = [
  'id',
  'firstName',
  'lastName',
  'email',
  'department',
  'jobTitle',
  'managerId',
  'hiredOn',
  'status',
  'userId',
] as const satisfies ('id' | keyof EmployeeDetails)[]

export type ImportColumn = (typeof IMPORT_COLUMNS)[number]

export const REQUIRED_COLUMNS = ['firstName', 'lastName', 'email'] as const satisfies ImportColumn[]

/** The columns of an export, in their order; they have the names of the fields. */
export const EXPORT_COLUMNS = [...IMPORT_COLUMNS, ...READ_ONLY_COLUMNS] as const satisfies (keyof Employee)[]

type Column = (typeof EXPORT_COLUMNS)[number]

const byFoldedName = new Map<string, Column>(EXPORT_COLUMNS.map((column) => [column.toLowerCase(), column]))

/** The column that a name in a header means, in any case and with spaces around it. */
export function findColumn(name: string): Column | undefined {
  return byFoldedName.get(name.trim().toLowerCase())
}

export function isImported(column: Column): column is ImportColumn {
  return IMPORT_COLUMNS.some((imported) => imported === column)
}
