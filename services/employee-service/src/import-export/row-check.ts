import type { InputFault } from '@latchkey/problems'
import type { EmployeeDetails } from '../employees/employee.ts'
import type { ImportColumn } from './csv-columns.ts'
import type { CsvRecord } from './csv-records.ts'
import type { FaultReport } from './fault-report.ts'
import { unguardFormulas } from './formula-guard.ts'
import type { Header } from './read-header.ts'

/** The cells of a row that are not empty, by column. */
export type RowCells = Partial<Record<ImportColumn, string>>

/** What is wrong with a row in itself, by the rules of `POST /employees`; `path` is `/column`. */
export type CellCheck = (cells: RowCells) => InputFault[]

/** A row of a file on its way into the table. Cells that were empty, or not acceptable, are not in it. */
export type StagedRow = Partial<EmployeeDetails> & {
  readonly line: number
  readonly id: string
  /** Whether the id is from the file. */
  readonly idGiven: boolean
}

/** Reports what is wrong with one row by itself, and gives the cells that are acceptable. */
export type RowCheck = (record: CsvRecord, header: Header, report: FaultReport) => StagedRow

/** As spreadsheets write a date wherever dots stand in it: the day comes first. With slashes nobody can know which one is the day. */
const DOTTED_DATE = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/

function toDate(cell: string): string {
  const [, day, month, year] = DOTTED_DATE.exec(cell) ?? []
  return day && month && year ? `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}` : cell
}

const TERMINATED = 'must not be `terminated`; use POST /employees/{id}/termination to terminate an employee'

export function createRowCheck(check: CellCheck, newId: () => string): RowCheck {
  return (record, header, report) => {
    const { line } = record
    const cells: RowCells = {}
    const refused = new Set<string>()
    const refuse = (column: string, message: string): void => {
      if (refused.has(column)) return
      refused.add(column)
      report.add({ line, column, message })
    }

    for (const [index, column] of header.entries()) {
      if (column === 'skipped' || column === 'nameless') continue
      const cell = record.cells[index]
      if (cell === undefined) refuse(column, 'is not UTF-8; save the file as "CSV UTF-8"')
      else if (cell !== '') cells[column] = column === 'hiredOn' ? toDate(cell) : unguardFormulas(cell)
    }
    for (const { path, message } of check(cells)) refuse(path.slice(1), message)
    if (cells.status === 'terminated') refuse('status', TERMINATED)

    const good = Object.fromEntries(Object.entries(cells).filter(([column]) => !refused.has(column)))
    return { ...good, id: good.id ?? newId(), line, idGiven: good.id !== undefined }
  }
}
