import { sql } from 'kysely'
import type { EmployeeTransaction } from '../database/employee-database.ts'
import { FAULTS_LISTED, type FileFault } from './fault-report.ts'

/** A conflict between rows, or between a row and the table. */
type Conflict = { line: number; column: string; kind: keyof typeof MESSAGES; other: number | null; total: number }

const MESSAGES = {
  repeated: (other: number | null) => `is the same as on line ${other}`,
  id_taken: () => 'belongs to an employee already',
  email_taken: () => 'belongs to another employee already',
  user_linked: () => 'is linked to another employee already',
  self: () => 'must be another employee',
  unknown: () => 'must be the id of an employee, or of a row in this file',
}

/** Staged rows that repeat another one, contradict the table, or name a manager who does not exist. */
export async function findConflicts(trx: EmployeeTransaction): Promise<{ faults: FileFault[]; total: number }> {
  const { rows } = await sql<Conflict>`
    with conflicts (line, "column", kind, other) as (
      select line, 'id', 'repeated', first from (
        select line, min(line) over (partition by id) as first from staged_employees where id_given
      ) as ids where line > first
      union all
      select line, 'email', 'repeated', first from (
        select line, min(line) over (partition by lower(email)) as first from staged_employees where email is not null
      ) as emails where line > first
      union all
      select line, 'userId', 'repeated', first from (
        select line, min(line) over (partition by user_id) as first from staged_employees where user_id is not null
      ) as users where line > first
      union all
      select line, 'id', 'id_taken', null from staged_employees staged
      where id_given and exists (select from employees where employees.id = staged.id)
      union all
      select line, 'email', 'email_taken', null from staged_employees staged
      where exists (select from employees where lower(employees.email) = lower(staged.email))
      union all
      select line, 'userId', 'user_linked', null from staged_employees staged
      where exists (select from employees where employees.user_id = staged.user_id)
      union all
      select line, 'managerId', 'self', null from staged_employees where manager_id = id
      union all
      select line, 'managerId', 'unknown', null from staged_employees staged
      where manager_id is not null
        and not exists (select from staged_employees other where other.id = staged.manager_id)
        and not exists (select from employees where employees.id = staged.manager_id)
    )
    select *, count(*) over ()::integer as total from conflicts
    order by line, "column" limit ${FAULTS_LISTED}`.execute(trx)
  const faults = rows.map(({ line, column, kind, other }) => ({ line, column, message: MESSAGES[kind](other) }))
  return { faults, total: rows[0]?.total ?? 0 }
}
