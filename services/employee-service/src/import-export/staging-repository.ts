import { answerWithin, isForeignKeyViolation, isUniqueViolation } from '@latchkey/database'
import { sql } from 'kysely'
import type { EmployeeTransaction } from '../database/employee-database.ts'
import type { GiveWay } from './give-way.ts'
import type { StagedRow } from './row-check.ts'

// The rows of an import wait in a temporary table, which no other transaction sees and which ends with this one. What concerns more than
// one row is a query there, so that no file has to fit into the memory of this process.

/** When Postgres falls silent during an upload, this is how long it takes to notice; a batch takes milliseconds. */
const SHORT_MS = 2000
/** How many rows one statement inserts. */
const PART_ROWS = 200

export async function createStagingTable(trx: EmployeeTransaction): Promise<void> {
  await sql`
    create temporary table staged_employees (
      line integer primary key,
      id uuid not null,
      id_given boolean not null,
      first_name text,
      last_name text,
      email text,
      department text,
      job_title text,
      manager_id uuid,
      hired_on date,
      status text,
      user_id uuid
    ) on commit drop`.execute(trx)
}

export async function stageRows(trx: EmployeeTransaction, rows: readonly StagedRow[]): Promise<void> {
  await sql`${answerWithin(SHORT_MS)}
    insert into staged_employees
    select * from json_to_recordset(${JSON.stringify(rows.map(toColumns))}::json) as given (
      line integer, id uuid, id_given boolean, first_name text, last_name text, email text, department text,
      job_title text, manager_id uuid, hired_on date, status text, user_id uuid
    )`.execute(trx)
}

/** A statement that takes no time, see {@link createGiveWay}. */
export async function answerNothing(trx: EmployeeTransaction): Promise<void> {
  await sql`${answerWithin(SHORT_MS)} select`.execute(trx)
}

/** To be called once, when all rows are staged: the plans of the queries that follow depend on it. */
export async function analyzeStaging(trx: EmployeeTransaction): Promise<void> {
  await sql`analyze staged_employees`.execute(trx)
}

/**
 * Inserts all staged rows as employees, and gives their number. Undefined when a row that was written in between is in the way; it can be
 * found as a conflict then.
 */
export async function insertStaged(trx: EmployeeTransaction, giveWay: GiveWay): Promise<number | undefined> {
  await sql`savepoint before_insert`.execute(trx)
  try {
    await sql`set constraints employees_manager_id_fkey deferred`.execute(trx)
    await sql`select set_config('latchkey.managers_checked', 'yes', true)`.execute(trx)
    let imported = 0
    for (let part = await insertBehind(trx, 0); part.count > 0; part = await insertBehind(trx, part.last)) {
      imported += part.count
      await giveWay()
    }
    await sql`set constraints employees_manager_id_fkey immediate`.execute(trx)
    return imported
  } catch (error) {
    if (!isUniqueViolation(error) && !isForeignKeyViolation(error)) throw error
    await sql`rollback to savepoint before_insert`.execute(trx)
    return undefined
  }
}

/** Some at a time: a statement that takes minutes could not be stopped, and looks like one that hangs. */
async function insertBehind(trx: EmployeeTransaction, line: number): Promise<{ count: number; last: number }> {
  const { rows } = await sql<{ count: number; last: number }>`
    with part as (select * from staged_employees where line > ${line} order by line limit ${PART_ROWS}),
    inserted as (
      insert into employees (
        id, first_name, last_name, email, department, job_title, manager_id, hired_on, status, user_id, version
      )
      select
        id, first_name, last_name, email, department, job_title, manager_id, hired_on, coalesce(status, 'active'), user_id,
        -- An id that comes back goes on at its last version: an old entity tag must not name the new employee.
        case when id_given then 1 + coalesce((select max(version) from employee_history where employee_id = part.id), 0) else 1 end
      from part order by line
    )
    select count(*)::integer as count, coalesce(max(line), 0) as last from part`.execute(trx)
  return rows[0] ?? { count: 0, last: 0 }
}

function toColumns(row: StagedRow) {
  return {
    line: row.line,
    id: row.id,
    id_given: row.idGiven,
    first_name: row.firstName,
    last_name: row.lastName,
    email: row.email,
    department: row.department,
    job_title: row.jobTitle,
    manager_id: row.managerId,
    hired_on: row.hiredOn,
    status: row.status,
    user_id: row.userId,
  }
}
