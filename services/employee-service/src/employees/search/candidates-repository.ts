import { sql } from 'kysely'
import type { EmployeeDatabase } from '../../database/employee-database.ts'
import type { Employee } from '../employee.ts'
import type { EmployeeListing } from '../employee-listing.ts'
import { type EmployeePosition, positionOf } from '../employee-sort.ts'
import { EMPLOYEE_COLUMNS, SORT_EXPRESSIONS } from '../employee-table.ts'

export type Candidates = Pick<EmployeeListing, 'filter' | 'sort' | 'after'> & {
  /** The last employee that can be on the page. */
  readonly until?: Employee | undefined
}

/** What an order sorts by, and in which direction. */
export function orderOf({ sort }: Pick<EmployeeListing, 'sort'>) {
  return { ...SORT_EXPRESSIONS[sort], direction: sort.startsWith('-') ? 'desc' : 'asc' } as const
}

/** The employees that the filter lets through, its search aside, between two positions. */
export function candidates(db: Pick<EmployeeDatabase, 'selectFrom'>, page: Candidates) {
  const { department, status, managerId } = page.filter
  const { by, type, direction } = orderOf(page)
  let select = db.selectFrom('employees')
  if (department) select = select.where('department', '=', department)
  if (status) select = select.where('status', '=', status)
  if (managerId) select = select.where('manager_id', '=', managerId)
  const behind = direction === 'desc' ? sql`<` : sql`>`
  const isBehind = ({ key, id }: EmployeePosition) => sql<boolean>`(${by}, id) ${behind} (${key}::${type}, ${id}::uuid)`
  if (page.after) select = select.where(isBehind(page.after))
  // No index knows this form: the matches come from the index of their words.
  if (page.until) select = select.where(sql<boolean>`not (${isBehind(positionOf(page.until, page.sort))})`)
  return select
}

/** The same, with all columns and in order. */
export function candidatesInOrder(db: EmployeeDatabase, page: Candidates) {
  const { by, direction } = orderOf(page)
  return candidates(db, page).select(EMPLOYEE_COLUMNS).orderBy(by, direction).orderBy('id', direction)
}
