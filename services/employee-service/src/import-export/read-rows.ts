import { type CsvRecord, MalformedCsv, readCsv } from './csv-records.ts'
import type { FaultReport } from './fault-report.ts'
import { type Header, readHeader } from './read-header.ts'
import type { RowCheck, StagedRow } from './row-check.ts'
import { findNameless, fitToHeader, hasContent } from './row-shape.ts'

/** More than 10 MiB of real people hold; it bounds how long a file of nothing but commas keeps the service busy. */
const MAX_ROWS = 300_000
/** So many rows that do not fit the header are no slips: it is another kind of file. */
const MAX_UNEVEN_ROWS = 1000

/**
 * Reads the rows of a file as it arrives. What is wrong with a row goes into the report; a row without any content is none.
 *
 * @throws {MalformedCsv} when the rest of the file cannot be read
 */
export async function* readRows(
  file: AsyncIterable<Buffer>,
  checkRow: RowCheck,
  report: FaultReport,
): AsyncGenerator<StagedRow, void> {
  let header: Header | undefined
  let rows = 0
  let uneven = 0
  const nameless = findNameless(report)
  for await (const records of readCsv(file)) {
    for (const record of records) {
      rows += 1
      if (rows > MAX_ROWS) throw new MalformedCsv(record.line, `is beyond the ${MAX_ROWS} rows that a file may have`)
      if (!hasContent(record.cells)) continue
      if (header === undefined) {
        header = readHeader(record, report)
        report.refuseFaults()
        continue
      }
      const row = fitToHeader(record, header)
      if (row.cells.length === header.length) {
        nameless.check(row, header)
        yield checkRow(row, header, report)
      } else {
        uneven += 1
        report.add({ line: record.line, message: unevenness(record, header) })
        if (uneven > MAX_UNEVEN_ROWS) {
          throw new MalformedCsv(
            record.line,
            'is one of too many rows that do not fit the header; the rest was not read',
          )
        }
      }
    }
  }
  if (header === undefined) report.add({ line: 1, message: 'must name the columns; the file is empty' })
}

function unevenness({ cells }: CsvRecord, header: Header): string {
  return `must have ${header.length} cells as the header has, not ${cells.length}`
}
