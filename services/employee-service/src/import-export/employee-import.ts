import { unavailable } from '@latchkey/problems'
import type { WriteAs } from '../database/write-as.ts'
import type { Actor } from '../history/actor.ts'
import { type CsvRecord, MalformedCsv, readCsv } from './csv-records.ts'
import { createFaultReport, type FaultReport } from './fault-report.ts'
import { type Header, readHeader } from './read-header.ts'
import type { RowCheck } from './row-check.ts'
import type { StagedRow } from './staged-row.ts'
import type { Staging } from './staging-repository.ts'

/** More than 10 MiB of real people hold; it bounds how long a file of nothing but commas keeps us busy. */
const MAX_ROWS = 300_000
/** So many rows that do not fit the header are no slips: it is another kind of file. */
const MAX_UNEVEN_ROWS = 1000
/** How many rows go to Postgres at a time. */
const BATCH_ROWS = 500
/** How often an insert starts over because others wrote in between. */
const ATTEMPTS = 3

export type ImportOptions = {
  /** Do everything, and keep nothing. */
  readonly dryRun: boolean
  /** Nothing is kept once it is aborted. */
  readonly signal: AbortSignal
}

export type EmployeeImport = (actor: Actor, file: AsyncIterable<Buffer>, options: ImportOptions) => Promise<number>

/**
 * Imports a CSV file of new employees: all of them, or none when a single row is not acceptable. Gives their number.
 *
 * The file is checked as it arrives and waits in Postgres; what this process holds of it does not grow with its length.
 */
export function createEmployeeImport(writeAs: WriteAs, checkRow: RowCheck): EmployeeImport {
  return async function importEmployees(actor, file, { dryRun, signal }) {
    try {
      return await writeAs(actor, async ({ staging }) => {
        await staging.open()
        const report = createFaultReport()
        const isWhole = await readFile(file, checkRow, report, staging)
        signal.throwIfAborted()
        // What could not be read may be the managers of those that could.
        if (!isWhole) report.refuseFaults()
        const imported = await insertAll(staging, report, signal)
        signal.throwIfAborted()
        if (dryRun) throw new DryRun(imported)
        return imported
      })
    } catch (error) {
      if (error instanceof DryRun) return error.imported
      throw error
    }
  }
}

/** Undoes it all, as any error does. */
class DryRun extends Error {
  readonly imported: number

  constructor(imported: number) {
    super('nothing was to be kept')
    this.imported = imported
  }
}

/** Stages every row; true when the file could be read to its end. */
async function readFile(
  file: AsyncIterable<Buffer>,
  checkRow: RowCheck,
  report: FaultReport,
  staging: Staging,
): Promise<boolean> {
  let batch: StagedRow[] = []
  const flush = async (): Promise<void> => {
    const rows = batch
    batch = []
    if (rows.length > 0) await staging.add(rows)
  }
  try {
    for await (const row of readRows(file, checkRow, report)) {
      batch.push(row)
      if (batch.length === BATCH_ROWS) await flush()
    }
  } catch (error) {
    if (!(error instanceof MalformedCsv)) throw error
    report.add({ line: error.line, message: error.message })
    return false
  }
  await flush()
  return true
}

async function* readRows(
  file: AsyncIterable<Buffer>,
  checkRow: RowCheck,
  report: FaultReport,
): AsyncGenerator<StagedRow, void> {
  let header: Header | undefined
  let rows = 0
  let uneven = 0
  for await (const records of readCsv(file)) {
    for (const record of records) {
      if (header === undefined) {
        header = readHeader(record, report)
        report.refuseFaults()
        continue
      }
      rows += 1
      if (rows > MAX_ROWS) throw new MalformedCsv(record.line, `is beyond the ${MAX_ROWS} rows that a file may have`)
      if (record.cells.length === header.length) {
        yield checkRow(record, header, report)
      } else {
        uneven += 1
        report.add({ line: record.line, message: unevenness(record, header) })
        if (uneven > MAX_UNEVEN_ROWS) throw new MalformedCsv(record.line, 'is where reading was given up')
      }
    }
  }
  if (header === undefined) report.add({ line: 1, message: 'must name the columns; the file is empty' })
}

function unevenness({ cells }: CsvRecord, header: Header): string {
  return `must have ${header.length} cells as the header has, not ${cells.length}`
}

/** @throws 400 with all faults, those that only the whole file or the table shows among them */
async function insertAll(staging: Staging, report: FaultReport, signal: AbortSignal): Promise<number> {
  await staging.complete()
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const { faults, total } = await staging.findConflicts()
    report.addAll(faults, total)
    report.refuseFaults()
    if (attempt === 1) await refuseCircles(staging, report)
    const imported = await staging.insert(signal)
    if (imported !== undefined) return imported
  }
  throw unavailable(new Error('others kept writing what contradicts the file, and taking it back'))
}

async function refuseCircles(staging: Staging, report: FaultReport): Promise<void> {
  for (const line of await staging.findCircles()) {
    report.add({ line, column: 'managerId', message: 'must not lead back to this row by way of further managers' })
  }
  report.refuseFaults()
}
