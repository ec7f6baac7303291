import { unavailable } from '@latchkey/problems'
import { type Caller, callerKey } from '../actor.ts'
import type { EmployeeTransaction } from '../database/employee-database.ts'
import type { WriteAs } from '../database/write-as.ts'
import { linkRefused, mayLink } from '../employees/account-link.ts'
import { lockCaller } from './caller-lock-repository.ts'
import { findConflicts } from './conflict-repository.ts'
import { MalformedCsv } from './csv-records.ts'
import { createFaultReport, type FaultReport } from './fault-report.ts'
import { createGiveWay, type GiveWay } from './give-way.ts'
import { findManagerCycles } from './manager-cycle-repository.ts'
import { ClientTooSlow } from './pace.ts'
import { pacedFile } from './paced-file.ts'
import type { Places } from './places.ts'
import { readRows } from './read-rows.ts'
import type { RowCheck, StagedRow } from './row-check.ts'
import { analyzeStaging, answerNothing, createStagingTable, insertStaged, stageRows } from './staging-repository.ts'

/** How many rows go to Postgres at a time; other requests have their turns in between. */
const BATCH_ROWS = 100
/** How often the insert is tried while others write in between. */
const ATTEMPTS = 3

export type ImportOptions = {
  /** Do everything, and keep nothing. */
  readonly dryRun: boolean
  /** Nothing is kept once it is aborted. */
  readonly signal: AbortSignal
}

/**
 * Imports a CSV file of new employees: all of them, or none when a single row is not acceptable. Gives their number.
 *
 * The file is checked as it arrives and waits in Postgres; what this process holds of it does not grow with its length.
 *
 * @throws `invalid_request` with the faults of the file, `insufficient_scope` for a row that links an account, `too_many_requests` while
 * the caller has another import, {@link ClientTooSlow}, `unavailable`, and the signal's reason
 */
export type EmployeeImport = (caller: Caller, file: AsyncIterable<Buffer>, options: ImportOptions) => Promise<number>

export function createEmployeeImport(writeAs: WriteAs, checkRow: RowCheck, places: Places): EmployeeImport {
  return async function importEmployees(caller, file, { dryRun, signal }) {
    const tooSlow = new AbortController()
    const place = places.take(callerKey(caller), () => tooSlow.abort(new ClientTooSlow()))
    try {
      return await writeAs(caller, async (trx) => {
        await lockCaller(trx, 'import', caller)
        await createStagingTable(trx)
        const report = createFaultReport()
        const giveWay = createGiveWay(() => answerNothing(trx), signal)
        const chunks = pacedFile(file, place, tooSlow.signal)
        const stage = async (rows: readonly StagedRow[]): Promise<void> => {
          await stageRows(trx, rows)
          await giveWay()
        }
        const isWhole = await stageFile(stage, chunks, withinScopes(caller, checkRow), report)
        // Rows that could not be read may be the managers of those that could.
        if (!isWhole) report.refuseFaults()
        const imported = await insertAll(trx, report, giveWay)
        signal.throwIfAborted()
        if (dryRun) throw new DryRun(imported)
        return imported
      })
    } catch (error) {
      if (error instanceof DryRun) return error.imported
      throw error
    } finally {
      place.leave()
    }
  }
}

/** Undoes everything, as any error does. */
class DryRun extends Error {
  readonly imported: number

  constructor(imported: number) {
    super('a dry run keeps nothing')
    this.imported = imported
  }
}

/** Stops at the first row that links an account where the caller may not: it is not the row that has to change. */
function withinScopes(caller: Caller, checkRow: RowCheck): RowCheck {
  if (mayLink(caller)) return checkRow
  return (record, header, report) => {
    const row = checkRow(record, header, report)
    if (row.userId === undefined) return row
    throw linkRefused(`Line ${row.line} has a userId, which needs the scope employees:link. Nothing was imported.`)
  }
}

/** Stages every row; true when the file could be read to its end. */
async function stageFile(
  stage: (rows: readonly StagedRow[]) => Promise<void>,
  file: AsyncIterable<Buffer>,
  checkRow: RowCheck,
  report: FaultReport,
): Promise<boolean> {
  let batch: StagedRow[] = []
  const flush = async (): Promise<void> => {
    const rows = batch
    batch = []
    if (rows.length > 0) await stage(rows)
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

/** @throws `invalid_request` with all faults, those included that only the whole file or the table shows */
async function insertAll(trx: EmployeeTransaction, report: FaultReport, giveWay: GiveWay): Promise<number> {
  await giveWay()
  await analyzeStaging(trx)
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    await giveWay()
    const { faults, total } = await findConflicts(trx)
    report.addAll(faults, total)
    report.refuseFaults()
    await giveWay()
    if (attempt === 1) await refuseManagerCycles(trx, report)
    const imported = await insertStaged(trx, giveWay)
    if (imported !== undefined) return imported
  }
  throw unavailable(new Error('others kept writing rows that contradict the file, and removing them'))
}

async function refuseManagerCycles(trx: EmployeeTransaction, report: FaultReport): Promise<void> {
  for (const line of await findManagerCycles(trx)) {
    report.add({ line, column: 'managerId', message: 'must not lead back to this row by way of further managers' })
  }
  report.refuseFaults()
}
