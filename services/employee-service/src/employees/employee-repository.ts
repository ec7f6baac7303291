import { isCheckViolation, isForeignKeyViolation, isUniqueViolation } from '@latchkey/database'
import { invalidInput } from '@latchkey/problems'
import { Kysely, PostgresDialect, sql } from 'kysely'
import type { EmployeeDatabase, EmployeeSchema, EmployeeTransaction } from '../database/employee-database.ts'
import { problems } from '../errors.ts'
import type { Employee, EmployeeChanges, EmployeeDraft } from './employee.ts'
import { EMPLOYEE_COLUMNS, type EmployeeRow, toColumns, toEmployee, toNewRow } from './employee-table.ts'

/** What a row has to be for a write to touch it, checked in the same statement as the write. */
export type WriteCondition = {
  /** One of these versions; absent: any. */
  readonly versions?: readonly number[] | undefined
  readonly terminated?: boolean
}

/** @throws `email_taken`, `user_linked`, `manager_loop`, and `invalid_request` for an unknown manager */
export async function insertEmployee(trx: EmployeeTransaction, id: string, draft: EmployeeDraft): Promise<Employee> {
  const row = await trx
    .insertInto('employees')
    .values(toNewRow(id, draft))
    .returning(EMPLOYEE_COLUMNS)
    .executeTakeFirstOrThrow()
    .catch(refuse)
  return toEmployee(row)
}

/** Connects to nothing: it only compiles. */
const compiler = new Kysely<EmployeeSchema>({
  dialect: new PostgresDialect({ pool: () => Promise.reject(new Error('a compiler has no connections')) }),
})
/**
 * The hot read, compiled once: 54 µs of CPU here per call in place of 75. Measured by
 * `node scripts/run.mjs tools/bench/src/database-client.ts`.
 */
const BY_ID = compiler.selectFrom('employees').select(EMPLOYEE_COLUMNS).where('id', '=', '').compile()

export async function findEmployee(db: EmployeeDatabase, id: string): Promise<Employee | undefined> {
  const { rows } = await db.executeQuery<EmployeeRow>({ ...BY_ID, parameters: [id] })
  return rows[0] && toEmployee(rows[0])
}

/** Holds the row until the transaction ends. */
export async function lockEmployee(trx: EmployeeTransaction, id: string): Promise<Employee | undefined> {
  const row = await trx
    .selectFrom('employees')
    .select(EMPLOYEE_COLUMNS)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  return row && toEmployee(row)
}

/** The employee who is linked to this account. */
export async function findEmployeeOfUser(db: EmployeeDatabase, userId: string): Promise<Employee | undefined> {
  const row = await db.selectFrom('employees').select(EMPLOYEE_COLUMNS).where('user_id', '=', userId).executeTakeFirst()
  return row && toEmployee(row)
}

/**
 * Undefined when no employee with this id meets the condition. A trigger raises `version` and `updated_at`.
 *
 * @throws as {@link insertEmployee} does
 */
export async function updateEmployee(
  trx: EmployeeTransaction,
  id: string,
  changes: EmployeeChanges,
  condition: WriteCondition = {},
): Promise<Employee | undefined> {
  const row = await trx
    .updateTable('employees')
    // An empty patch is a write too; a SET cannot be empty.
    .set({ ...toColumns(changes), updated_at: sql`now()` })
    .where(meets(id, condition))
    .returning(EMPLOYEE_COLUMNS)
    .executeTakeFirst()
    .catch(refuse)
  return row && toEmployee(row)
}

/** Those whom the employee managed are left without a manager. */
export async function deleteEmployee(trx: EmployeeTransaction, id: string): Promise<void> {
  await trx.deleteFrom('employees').where('id', '=', id).execute()
}

/** What a constraint refused, as a problem of the domain. */
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
  const conditions = [sql`id = ${id}`]
  if (versions !== undefined) conditions.push(sql`version = any(${versions}::integer[])`)
  if (terminated) conditions.push(sql`status = 'terminated'`)
  return sql<boolean>`${sql.join(conditions, sql` and `)}`
}
