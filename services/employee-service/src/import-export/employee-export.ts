import { stringify } from 'csv-stringify/sync'
import type { Employee } from '../employees/employee.ts'
import type { EmployeeSort } from '../employees/employee-sort.ts'
import type { EmployeeFilter } from '../employees/search/employee-listing-repository.ts'
import { EXPORT_COLUMNS } from './csv-columns.ts'
import type { ExportRepository } from './export-repository.ts'
import { guardFormulas } from './formula-guard.ts'

export type EmployeeExport = (filter: EmployeeFilter, sort: EmployeeSort) => AsyncGenerator<string, void>

/** Writes employees as CSV (RFC 4180, UTF-8 without a byte order mark, CRLF), as much at a time as is read at a time. */
export function createEmployeeExport(employees: ExportRepository): EmployeeExport {
  return async function* exportEmployees(filter, sort) {
    // The header waits for the first rows: a failure until then is an answer of its own, and not half a file.
    let header = csvOf([EXPORT_COLUMNS])
    for await (const some of employees.read(filter, sort)) {
      yield header + csvOf(some.map(cellsOf))
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
