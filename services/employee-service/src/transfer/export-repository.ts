import { CompiledQuery, type Kysely } from 'kysely'
import type { EmployeeDatabase } from '../database/employee-database.ts'
import type { Employee } from '../employees/employee.ts'
import { type EmployeeFilter, selectEveryone } from '../employees/employee-listing-repository.ts'
import type { EmployeeSort } from '../employees/employee-sort.ts'
import { type EmployeeRow, employeeOf } from '../employees/employee-table.ts'

const FETCH = CompiledQuery.raw('fetch 500 from exported')

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
        for (;;) {
          const { rows } = await trx.executeQuery<EmployeeRow>(FETCH)
          if (rows.length === 0) break
          yield rows.map(employeeOf)
        }
        await trx.commit().execute()
      } finally {
        // Somebody left early, or something failed; then the rollback fails as well, and the connection goes.
        if (!trx.isCommitted)
          await trx
            .rollback()
            .execute()
            .catch(() => {})
      }
    },
  }
}
