import type { InputFault } from '@latchkey/problems'
import type { ImportColumn } from './csv-columns.ts'
import type { CsvRecord } from './csv-records.ts'
import type { FaultReport } from './fault-report.ts'
import { unguardFormulas } from './formula-guard.ts'
import type { Header } from './read-header.ts'
import type { StagedRow } from './staged-row.ts'

/** The cells of a row that are not empty, by column. */
export type RowCells = Partial<Record<ImportColumn, string>>

/** What is wrong with a row in itself, by the rules of `POST /employees`; `path` is `/column`. */
export type CellCheck = (cells: RowCells) => InputFault[]

export type RowCheck = (record: CsvRecord, header: Header, report: FaultReport) => StagedRow

/** Reports what is wrong with one row by itself, and keeps of it what is good. */
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
      if (column === undefined) continue
      const cell = record.cells[index]
      if (cell === undefined) refuse(column, 'is not UTF-8')
      else if (cell !== '') cells[column] = unguardFormulas(cell)
    }
    for (const { path, message } of check(cells)) refuse(path.slice(1), message)
    if (cells.status === 'terminated') refuse('status', 'must not be terminated, which termination alone makes')

    const good = Object.fromEntries(Object.entries(cells).filter(([column]) => !refused.has(column)))
    return { ...good, id: good.id ?? newId(), line, idGiven: good.id !== undefined }
  }
}
