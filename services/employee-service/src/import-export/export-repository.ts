import { answerWithin } from '@latchkey/database'
import { CompiledQuery, type ControlledTransaction, type Kysely, sql } from 'kysely'
import type { EmployeeDatabase } from '../database/employee-database.ts'
import type { Employee } from '../employees/employee.ts'
import type { EmployeeSort } from '../employees/employee-sort.ts'
import { type EmployeeRow, employeeOf } from '../employees/employee-table.ts'
import { type EmployeeFilter, selectEveryone } from '../employees/search/employee-listing-repository.ts'

/** When Postgres falls silent during an export, this is how long it takes to notice; more rows take milliseconds. */
const SHORT_MS = 2000

/** Up to the first rows it may take long: a whole table may have to be sorted. */
const FETCH = sql<EmployeeRow>`fetch 250 from exported`
const FETCH_MORE = sql<EmployeeRow>`${answerWithin(SHORT_MS)} fetch 250 from exported`

export type ExportRepository = ReturnType<typeof createExportRepository>

export function createExportRepository(db: Kysely<EmployeeDatabase>) {
  return {
    /**
     * All employees that the filter finds, some at a time, as they were at one moment. Whoever stops in between gives the
     * connection back by it.
     */
    async *read(filter: EmployeeFilter, sort: EmployeeSort): AsyncGenerator<Employee[], void> {
      const trx = await db.startTransaction().setAccessMode('read only').execute()
      try {
        const query = await selectEveryone(trx, filter, sort)
        const declare = `declare exported no scroll cursor for ${query.sql}`
        await trx.executeQuery(CompiledQuery.raw(declare, [...query.parameters]))
        let { rows } = await FETCH.execute(trx)
        while (rows.length > 0) {
          yield rows.map(employeeOf)
          rows = (await FETCH_MORE.execute(trx)).rows
        }
        await trx.commit().execute()
      } finally {
        if (!trx.isCommitted) await abandon(trx)
      }
    },
  }
}

/** Somebody left early, or something failed; then the rollback fails as well, and the connection goes. */
async function abandon(trx: ControlledTransaction<EmployeeDatabase>): Promise<void> {
  const undoing = trx.rollback().execute()
  await undoing.catch(() => {})
}
