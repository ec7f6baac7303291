import { stringify } from 'csv-stringify/sync'
import type { EmployeeDatabase } from '../database/employee-database.ts'
import type { Employee } from '../employees/employee.ts'
import type { EmployeeFilter } from '../employees/employee-listing.ts'
import type { EmployeeSort } from '../employees/employee-sort.ts'
import { EXPORT_COLUMNS } from './csv-columns.ts'
import { readEmployees } from './export-repository.ts'
import { guardFormulas } from './formula-guard.ts'

/** Writes employees as CSV (RFC 4180, UTF-8 without a byte order mark, CRLF), as much at a time as is read at a time. */
export type EmployeeExport = (filter: EmployeeFilter, sort: EmployeeSort) => AsyncGenerator<string, void>

export function createEmployeeExport(db: EmployeeDatabase): EmployeeExport {
  return async function* exportEmployees(filter, sort) {
    // The header waits for the first rows, so that a failure until then is an answer of its own, and not half a file.
    let header = csvOf([EXPORT_COLUMNS])
    for await (const employees of readEmployees(db, filter, sort)) {
      yield header + csvOf(employees.map(cellsOf))
      header = ''
    }
    if (header !== '') yield header
  }
}

function cellsOf(employee: Employee): string[] {
  return EXPORT_COLUMNS.map((column) => cellOf(employee[column]))
}

function cellOf(value: Employee[(typeof EXPORT_COLUMNS)[number]]): string {
  if (value === null) return ''
  if (value instanceof Date) return value.toISOString()
  return guardFormulas(String(value))
}

function csvOf(rows: readonly (readonly string[])[]): string {
  return stringify([...rows], { record_delimiter: 'windows', quote_record_delimiter: true })
}
