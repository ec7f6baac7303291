import { answerWithin } from '@latchkey/database'
import { CompiledQuery, type ControlledTransaction, type Kysely } from 'kysely'
import type { EmployeeDatabase } from '../database/employee-database.ts'
import type { Employee } from '../employees/employee.ts'
import type { EmployeeSort } from '../employees/employee-sort.ts'
import { type EmployeeRow, employeeOf } from '../employees/employee-table.ts'
import { type EmployeeFilter, selectEveryone } from '../employees/search/employee-listing-repository.ts'

const FETCH = CompiledQuery.raw('fetch 250 from exported')

/** When Postgres falls silent during an export, this is how long it takes to notice; more rows take milliseconds. */
const SHORT_MS = 2000

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
        const { sql, parameters } = await selectEveryone(trx, filter, sort)
        await trx.executeQuery(CompiledQuery.raw(`declare exported no scroll cursor for ${sql}`, [...parameters]))
        // Up to the first rows it may take long: somebody may have to sort a whole table.
        let { rows } = await trx.executeQuery<EmployeeRow>(FETCH)
        while (rows.length > 0) {
          yield rows.map(employeeOf)
          rows = (await answerWithin(SHORT_MS, () => trx.executeQuery<EmployeeRow>(FETCH))).rows
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
