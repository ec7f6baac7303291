import { stringify } from 'csv-stringify/sync'
import { type Actor, callerKey } from '../actor.ts'
import type { EmployeeDatabase } from '../database/employee-database.ts'
import type { Employee } from '../employees/employee.ts'
import type { EmployeeFilter } from '../employees/employee-listing.ts'
import type { EmployeeSort } from '../employees/employee-sort.ts'
import { EXPORT_COLUMNS } from './csv-columns.ts'
import { readEmployees } from './export-repository.ts'
import { guardFormulas } from './formula-guard.ts'
import type { Places } from './places.ts'

export type ExportOptions = {
  readonly filter: EmployeeFilter
  readonly sort: EmployeeSort
  /** Called when the reader is too slow: the export has to be ended. */
  readonly cut: () => void
}

/**
 * Writes employees as CSV (RFC 4180, UTF-8 without a byte order mark, CRLF), as much at a time as is read at a time.
 *
 * @throws `too_many_requests` while the caller has another export, `unavailable` when there is no place for one
 */
export type EmployeeExport = (caller: Actor, options: ExportOptions) => AsyncGenerator<string, void>

export function createEmployeeExport(db: EmployeeDatabase, places: Places): EmployeeExport {
  return async function* exportEmployees(caller, { filter, sort, cut }) {
    const place = places.take(callerKey(caller), cut)
    try {
      // The header waits for the first rows, so that a failure until then is an answer of its own, and not half a file.
      let header = csvOf([EXPORT_COLUMNS])
      for await (const employees of readEmployees(db, caller, filter, sort)) {
        const text = header + csvOf(employees.map(cellsOf))
        header = ''
        place.wait()
        yield text
        place.move(Buffer.byteLength(text))
      }
      if (header !== '') yield header
    } finally {
      place.leave()
    }
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
