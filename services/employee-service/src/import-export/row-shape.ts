import type { CsvRecord } from './csv-records.ts'
import type { FaultReport } from './fault-report.ts'
import type { Header } from './read-header.ts'

/** With which old programs end a file. */
const CTRL_Z = '\x1a'

/** Whether anybody wrote something: spreadsheets leave rows and columns of empty cells, old programs a Ctrl-Z. */
export function hasContent(cells: CsvRecord['cells']): boolean {
  return cells.some((cell) => cell === undefined || cell.replace(CTRL_Z, '').trim() !== '')
}

/** The row without the empty cells that it has beyond the header. */
export function fitToHeader(record: CsvRecord, { length }: Header): CsvRecord {
  const { line, cells } = record
  return cells.length > length && !hasContent(cells.slice(length)) ? { line, cells: cells.slice(0, length) } : record
}

/** Reports each column that has content and no name, once, where the first content is. */
export function findNameless(report: FaultReport) {
  const reported = new Set<number>()
  return {
    check({ line, cells }: CsvRecord, header: Header): void {
      for (const [index, column] of header.entries()) {
        if (column !== 'nameless' || reported.has(index) || !hasContent(cells.slice(index, index + 1))) continue
        reported.add(index)
        const number = index + 1
        const message = `has content from this line on, but column ${number} has no name in the header`
        report.add({ line, column: String(number), message })
      }
    },
  }
}
