import { findColumn, type ImportColumn, isImported, REQUIRED_COLUMNS } from './csv-columns.ts'
import type { CsvRecord } from './csv-records.ts'
import type { FaultReport } from './fault-report.ts'

/** What each cell of a row is: a column, one that the import skips, or one without a name, which has to be empty. */
export type Header = readonly (ImportColumn | 'skipped' | 'nameless')[]

const SHOWN_LENGTH = 100

/** Reads the names in the first row: in any order, each once, none unknown. Spreadsheets leave cells without a name behind them. */
export function readHeader({ line, cells }: CsvRecord, report: FaultReport): Header {
  if (cells.some((cell) => cell?.includes('\0') ?? true)) {
    report.add({ line, message: 'is neither UTF-8 nor UTF-16 with a byte order mark' })
    return []
  }
  const seen = new Set<string>()
  const header = cells.map((cell = '') => {
    const name = cell.trim()
    if (name === '') return 'nameless'
    const column = findColumn(name)
    if (column === undefined) report.add({ line, column: name.slice(0, SHOWN_LENGTH), message: unknownName(name) })
    else if (seen.has(column)) report.add({ line, column, message: 'is there twice' })
    else seen.add(column)
    return column !== undefined && isImported(column) ? column : 'skipped'
  })
  for (const column of REQUIRED_COLUMNS) {
    if (!seen.has(column)) report.add({ line, column, message: 'is required' })
  }
  return header
}

function unknownName(name: string): string {
  const isSeveral = /[,;\t|]/.test(name)
  return isSeveral ? 'is not a column; columns are separated by commas, semicolons or tabs' : 'is not a column'
}
