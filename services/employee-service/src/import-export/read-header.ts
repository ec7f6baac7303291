import { findColumn, type ImportColumn, isImported, REQUIRED_COLUMNS } from './csv-columns.ts'
import type { CsvRecord } from './csv-records.ts'
import type { FaultReport } from './fault-report.ts'

/** What each cell of a row is; undefined for those that the import skips. */
export type Header = readonly (ImportColumn | undefined)[]

const SHOWN_LENGTH = 100

/** Reads the names on the first line: in any order, each once, none unknown. */
export function readHeader({ line, cells }: CsvRecord, report: FaultReport): Header {
  if (cells.includes(undefined)) {
    report.add({ line, message: 'is not UTF-8' })
    return []
  }
  const seen = new Set<string>()
  const header = cells.map((cell = '') => {
    const name = cell.trim().slice(0, SHOWN_LENGTH)
    const column = findColumn(cell)
    if (column === undefined) report.add({ line, column: name, message: unknownName(cell) })
    else if (seen.has(column)) report.add({ line, column, message: 'is there twice' })
    else seen.add(column)
    return column !== undefined && isImported(column) ? column : undefined
  })
  for (const column of REQUIRED_COLUMNS) {
    if (!seen.has(column)) report.add({ line, column, message: 'is required' })
  }
  return header
}

function unknownName(cell: string): string {
  if (cell === '') return 'must have a name'
  return /[;\t]/.test(cell) ? 'is not a column; columns are separated by commas' : 'is not a column'
}
