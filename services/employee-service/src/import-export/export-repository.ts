import { answerWithin } from '@latchkey/database'
import { CompiledQuery, type ControlledTransaction, sql } from 'kysely'
import type { Actor } from '../actor.ts'
import type { EmployeeDatabase, EmployeeSchema } from '../database/employee-database.ts'
import type { Employee } from '../employees/employee.ts'
import type { EmployeeFilter } from '../employees/employee-listing.ts'
import type { EmployeeSort } from '../employees/employee-sort.ts'
import { type EmployeeRow, toEmployee } from '../employees/employee-table.ts'
import { compileListing } from '../employees/search/employee-listing-repository.ts'
import { lockCaller } from './caller-lock-repository.ts'
import { createGiveWay } from './give-way.ts'

/** When Postgres falls silent during an export, this is how long it takes to notice; more rows take milliseconds. */
const SHORT_MS = 2000

/** Few rows at a time: other requests have their turns in between. The first may take long, as a whole table may have to be sorted. */
const FETCH = sql<EmployeeRow>`fetch 20 from exported`
const NOTHING = sql`${answerWithin(SHORT_MS)} select`
const FETCH_MORE = sql<EmployeeRow>`${answerWithin(SHORT_MS)} fetch 20 from exported`

/**
 * All employees that the filter finds, some at a time, as they were at one moment. A caller that stops early gives the connection
 * back by it.
 *
 * @throws `too_many_requests` while another export of the caller is running, in any process
 */
export async function* readEmployees(
  db: EmployeeDatabase,
  caller: Actor,
  filter: EmployeeFilter,
  sort: EmployeeSort,
): AsyncGenerator<Employee[], void> {
  const trx = await db.startTransaction().setAccessMode('read only').execute()
  try {
    await lockCaller(trx, 'export', caller)
    const query = await compileListing(trx, filter, sort)
    const declare = `declare exported no scroll cursor for ${query.sql}`
    await trx.executeQuery(CompiledQuery.raw(declare, [...query.parameters]))
    const giveWay = createGiveWay(() => NOTHING.execute(trx))
    let { rows } = await FETCH.execute(trx)
    while (rows.length > 0) {
      yield rows.map(toEmployee)
      await giveWay()
      rows = (await FETCH_MORE.execute(trx)).rows
    }
    await trx.commit().execute()
  } finally {
    if (!trx.isCommitted) await abandon(trx)
  }
}

/** The caller stopped early, or a query failed. In the latter case the rollback fails too, and the connection is closed. */
async function abandon(trx: ControlledTransaction<EmployeeSchema>): Promise<void> {
  const undoing = trx.rollback().execute()
  await undoing.catch(() => {})
}
