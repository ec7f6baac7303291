import { isForeignKeyViolation, isUniqueViolation } from '@latchkey/database'
import { type CompiledQuery, type Kysely, sql } from 'kysely'
import type { EmployeeDatabase } from '../database/employee-database.ts'
import { invalidInput, problems } from '../errors.ts'
import type { Employee, EmployeeChanges, EmployeeDraft, EmployeeStatus } from './employee.ts'
import type { EmployeePosition, EmployeeSort } from './employee-sort.ts'
import {
  columnsOf,
  EMPLOYEE_COLUMNS,
  type EmployeeRow,
  employeeOf,
  newRow,
  SORT_EXPRESSIONS,
} from './employee-table.ts'

export type EmployeeFilter = {
  /** Part of the full name, the e-mail or the job title, in any case. */
  readonly query?: string | undefined
  readonly department?: string | undefined
  readonly status?: EmployeeStatus | undefined
  readonly managerId?: string | undefined
}

/** What a row has to be for a write to touch it, checked in the same statement as the write. */
type WriteCondition = {
  /** One of these versions; absent: any. */
  readonly versions?: readonly number[] | undefined
  readonly terminated?: boolean
}

export type EmployeeRepository = ReturnType<typeof createEmployeeRepository>

/** The executor may be a transaction: then every call is part of it. */
export function createEmployeeRepository(db: Kysely<EmployeeDatabase>) {
  // Compiled once: this is the hot read, and to write its text anew costs about as much as to send it.
  let byId: CompiledQuery | undefined

  return {
    async insert(id: string, draft: EmployeeDraft): Promise<Employee> {
      const row = await db
        .insertInto('employees')
        .values(newRow(id, draft))
        .returning(EMPLOYEE_COLUMNS)
        .executeTakeFirstOrThrow()
        .catch(refuse)
      return employeeOf(row)
    },

    async find(id: string): Promise<Employee | undefined> {
      byId ??= db.selectFrom('employees').select(EMPLOYEE_COLUMNS).where('id', '=', '').compile()
      const { rows } = await db.executeQuery<EmployeeRow>({ ...byId, parameters: [id] })
      return rows[0] && employeeOf(rows[0])
    },

    /** At most `limit` employees in the order of `sort`, from right behind `after` on. */
    async list(filter: EmployeeFilter, sort: EmployeeSort, limit: number, after?: EmployeePosition) {
      const { by, type } = SORT_EXPRESSIONS[sort]
      const direction = sort.startsWith('-') ? 'desc' : 'asc'
      let select = db.selectFrom('employees').select(EMPLOYEE_COLUMNS)
      if (filter.query) select = select.where(contains(filter.query))
      if (filter.department) select = select.where('department', '=', filter.department)
      if (filter.status) select = select.where('status', '=', filter.status)
      if (filter.managerId) select = select.where('manager_id', '=', filter.managerId)
      if (after) {
        const behind = direction === 'desc' ? sql`<` : sql`>`
        select = select.where(sql<boolean>`(${by}, id) ${behind} (${after.key}::${type}, ${after.id}::uuid)`)
      }
      const rows = await select.orderBy(by, direction).orderBy('id', direction).limit(limit).execute()
      return rows.map(employeeOf)
    },

    /** Undefined when no employee with this id meets the condition. A trigger raises `version` and `updated_at`. */
    async update(id: string, changes: EmployeeChanges, condition: WriteCondition): Promise<Employee | undefined> {
      const row = await db
        .updateTable('employees')
        // An empty patch is a write too; a SET can't be empty.
        .set({ ...columnsOf(changes), updated_at: sql`now()` })
        .where(meets(id, condition))
        .returning(EMPLOYEE_COLUMNS)
        .executeTakeFirst()
        .catch(refuse)
      return row && employeeOf(row)
    },

    /** False when no employee with this id meets the condition. */
    async delete(id: string, condition: WriteCondition): Promise<boolean> {
      const result = await db.deleteFrom('employees').where(meets(id, condition)).executeTakeFirst()
      return result.numDeletedRows > 0n
    },
  }
}

/** What a constraint refused, in the words of the domain. */
function refuse(error: unknown): never {
  if (isUniqueViolation(error, 'employees_email_key')) throw new problems.email_taken()
  if (isUniqueViolation(error, 'employees_user_id_key')) throw new problems.user_linked()
  if (isForeignKeyViolation(error, 'employees_manager_id_fkey')) {
    throw invalidInput({ path: '/managerId', message: 'must be the id of an employee' })
  }
  throw error
}

function meets(id: string, { versions, terminated }: WriteCondition) {
  const demands = [sql`id = ${id}`]
  if (versions !== undefined) demands.push(sql`version = any(${versions}::integer[])`)
  if (terminated) demands.push(sql`status = 'terminated'`)
  return sql<boolean>`${sql.join(demands, sql` and `)}`
}

/** A plain substring search for now: the text's own `%`, `_` and `\` stand for themselves. */
function contains(text: string) {
  const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`
  return sql<boolean>`(first_name || ' ' || last_name ilike ${pattern} or email ilike ${pattern} or job_title ilike ${pattern})`
}
