import { type Generated, type GeneratedAlways, type Selectable, sql } from 'kysely'
import type { Employee, EmployeeChanges, EmployeeDraft, EmployeeStatus } from './employee.ts'
import type { EmployeeSort } from './employee-sort.ts'

export type EmployeeTable = {
  id: string
  first_name: string
  last_name: string
  email: string
  department: string | null
  job_title: string | null
  manager_id: string | null
  hired_on: string | null
  status: Generated<EmployeeStatus>
  user_id: string | null
  version: Generated<number>
  created_at: Generated<Date>
  updated_at: Generated<Date>
  /** What a search looks through: names, e-mail and title, without accents and capitals. */
  search: GeneratedAlways<string>
}

export type EmployeeRow = Omit<Selectable<EmployeeTable>, 'search'>

/** All columns of an employee. A date is read as text: as a `Date` it would shift with the time zone of the process. */
export const EMPLOYEE_COLUMNS = [
  'id',
  'first_name',
  'last_name',
  'email',
  'department',
  'job_title',
  'manager_id',
  sql<string | null>`to_char(hired_on, 'YYYY-MM-DD')`.as('hired_on'),
  'status',
  'user_id',
  'version',
  'created_at',
  'updated_at',
] as const

/**
 * What each order sorts by, written exactly as its index has it, and the type that a cursor's key is cast to.
 * Employees without a hiring date come last in both directions.
 */
export const SORT_EXPRESSIONS = {
  lastName: { by: sql<string>`last_name`, type: sql`text` },
  '-lastName': { by: sql<string>`last_name`, type: sql`text` },
  hiredOn: { by: sql<string>`coalesce(hired_on, 'infinity'::date)`, type: sql`date` },
  '-hiredOn': { by: sql<string>`coalesce(hired_on, '-infinity'::date)`, type: sql`date` },
  createdAt: { by: sql<string>`created_at`, type: sql`timestamptz` },
  '-createdAt': { by: sql<string>`created_at`, type: sql`timestamptz` },
} satisfies Record<EmployeeSort, unknown>

export function toEmployee(row: EmployeeRow): Employee {
  return {
    id: row.id,
    firstName: row.first_name,
    lastName: row.last_name,
    email: row.email,
    department: row.department,
    jobTitle: row.job_title,
    managerId: row.manager_id,
    hiredOn: row.hired_on,
    status: row.status,
    userId: row.user_id,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

/** The columns of these changes; Kysely leaves out those that are undefined. */
export function toColumns(changes: EmployeeChanges) {
  return {
    first_name: changes.firstName,
    last_name: changes.lastName,
    email: changes.email,
    department: changes.department,
    job_title: changes.jobTitle,
    manager_id: changes.managerId,
    hired_on: changes.hiredOn,
    status: changes.status,
    user_id: changes.userId,
  }
}

export function toNewRow(id: string, draft: EmployeeDraft) {
  const { firstName, lastName, email } = draft
  return { ...toColumns(draft), id, first_name: firstName, last_name: lastName, email }
}
