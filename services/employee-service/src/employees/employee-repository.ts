import { isCheckViolation, isForeignKeyViolation, isUniqueViolation } from '@latchkey/database'
import { type CompiledQuery, type Kysely, sql } from 'kysely'
import type { EmployeeDatabase } from '../database/employee-database.ts'
import { invalidInput, problems } from '../errors.ts'
import type { Employee, EmployeeChanges, EmployeeDraft } from './employee.ts'
import { columnsOf, EMPLOYEE_COLUMNS, type EmployeeRow, employeeOf, newRow } from './employee-table.ts'

/** What a row has to be for a write to touch it, checked in the same statement as the write. */
type WriteCondition = {
  /** One of these versions; absent: any. */
  readonly versions?: readonly number[] | undefined
  readonly terminated?: boolean
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

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

    /** Holds the row until the end of the transaction that the executor is. */
    async lock(id: string): Promise<Employee | undefined> {
      const row = await db
        .selectFrom('employees')
        .select(EMPLOYEE_COLUMNS)
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst()
      return row && employeeOf(row)
    },

    /** Who is linked to this account. The id comes from a token, and no other issuer has to use UUIDs. */
    async findByUser(userId: string): Promise<Employee | undefined> {
      if (!UUID.test(userId)) return undefined
      const row = await db
        .selectFrom('employees')
        .select(EMPLOYEE_COLUMNS)
        .where('user_id', '=', userId)
        .executeTakeFirst()
      return row && employeeOf(row)
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
  if (isCheckViolation(error, 'employees_manager_chain_ends')) throw new problems.manager_loop()
  throw error
}

function meets(id: string, { versions, terminated }: WriteCondition) {
  const demands = [sql`id = ${id}`]
  if (versions !== undefined) demands.push(sql`version = any(${versions}::integer[])`)
  if (terminated) demands.push(sql`status = 'terminated'`)
  return sql<boolean>`${sql.join(demands, sql` and `)}`
}
