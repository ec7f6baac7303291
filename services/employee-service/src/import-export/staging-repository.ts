import { answerWithin, isForeignKeyViolation, isUniqueViolation } from '@latchkey/database'
import { type RawBuilder, sql, type Transaction } from 'kysely'
import type { EmployeeDatabase } from '../database/employee-database.ts'
import { FAULTS_LISTED, type FileFault } from './fault-report.ts'
import type { StagedRow } from './staged-row.ts'

/** When Postgres falls silent during an upload, this is how long it takes to notice; a batch takes milliseconds. */
const SHORT_MS = 2000
/** How many rows one statement inserts. */
const PART_ROWS = 2000

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

export type Staging = ReturnType<typeof createStaging>

/**
 * Where the rows of an import wait: a table that nobody else sees and that goes with the transaction. Whatever concerns
 * more than one row is asked there, so that none of it has to fit into the memory of this process.
 */
export function createStaging(trx: Transaction<EmployeeDatabase>) {
  async function sizeOf(table: RawBuilder<unknown>): Promise<number> {
    const { rows } = await sql<{ count: number }>`select count(*)::integer as count from ${table}`.execute(trx)
    return rows[0]?.count ?? 0
  }

  /** Some at a time: a statement that takes minutes could not be stopped, nor told from one that hangs. */
  async function insertBehind(line: number): Promise<{ count: number; last: number }> {
    const { rows } = await sql<{ count: number; last: number }>`
      with part as (select * from staged_employees where line > ${line} order by line limit ${PART_ROWS}),
      inserted as (
        insert into employees (
          id, first_name, last_name, email, department, job_title, manager_id, hired_on, status, user_id, version
        )
        select
          id, first_name, last_name, email, department, job_title, manager_id, hired_on, coalesce(status, 'active'), user_id,
          -- Whose id comes back goes on where it ended: an entity tag of then must not name what is there now.
          case when id_given then 1 + coalesce((select max(version) from employee_history where employee_id = part.id), 0) else 1 end
        from part order by line
      )
      select count(*)::integer as count, coalesce(max(line), 0) as last from part`.execute(trx)
    return rows[0] ?? { count: 0, last: 0 }
  }

  return {
    /** Comes first. */
    async open(): Promise<void> {
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
    },

    async add(rows: readonly StagedRow[]): Promise<void> {
      await sql`${answerWithin(SHORT_MS)}
        insert into staged_employees
        select * from json_to_recordset(${JSON.stringify(rows.map(columnsOf))}::json) as given (
          line integer, id uuid, id_given boolean, first_name text, last_name text, email text, department text,
          job_title text, manager_id uuid, hired_on date, status text, user_id uuid
        )`.execute(trx)
    },

    /** To be called once, when all rows are there: the plans of what follows depend on it. */
    async complete(): Promise<void> {
      await sql`analyze staged_employees`.execute(trx)
    },

    /** Rows that repeat another one, contradict the table, or name a manager who is not there. */
    async findConflicts(): Promise<{ faults: FileFault[]; total: number }> {
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
    },

    /**
     * Lines of rows that are their own manager's manager, at whatever distance. Ids must be unique by then.
     *
     * Every row looks at its manager in the file, then at that one's, then twice as far each time: after as many steps as
     * it takes to pass everybody, whoever is still looked at stands in a circle.
     */
    async findCircles(): Promise<number[]> {
      let table = sql.table('staged_managers_0')
      await sql`
        create temporary table ${table} on commit drop as
        select report.line, manager.line as above
        from staged_employees report join staged_employees manager on manager.id = report.manager_id`.execute(trx)
      const most = await sizeOf(table)
      let left = most
      for (let step = 1, distance = 1; left > 0 && distance <= most; step += 1, distance *= 2) {
        const farther = sql.table(`staged_managers_${step}`)
        await sql`
          create temporary table ${farther} on commit drop as
          select near.line, far.above from ${table} near join ${table} far on far.line = near.above`.execute(trx)
        left = await sizeOf(farther)
        table = farther
      }
      if (left === 0) return []
      const circle = await sql<{ line: number }>`select distinct above as line from ${table} order by line`.execute(trx)
      return circle.rows.map(({ line }) => line)
    },

    /**
     * Undefined when somebody else wrote in between what these rows can not stand beside; the conflict can be found then.
     *
     * @throws the signal's reason once it is aborted
     */
    async insert(signal: AbortSignal): Promise<number | undefined> {
      await sql`savepoint before_insert`.execute(trx)
      try {
        await sql`set constraints employees_manager_id_fkey deferred`.execute(trx)
        await sql`select set_config('latchkey.managers_checked', 'yes', true)`.execute(trx)
        let imported = 0
        for (let part = await insertBehind(0); part.count > 0; part = await insertBehind(part.last)) {
          imported += part.count
          signal.throwIfAborted()
        }
        await sql`set constraints employees_manager_id_fkey immediate`.execute(trx)
        return imported
      } catch (error) {
        if (!isUniqueViolation(error) && !isForeignKeyViolation(error)) throw error
        await sql`rollback to savepoint before_insert`.execute(trx)
        return undefined
      }
    },
  }
}

function columnsOf(row: StagedRow) {
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
