import type { Employee } from './employee.ts'

/** Orders of a listing; `-` in front is descending. Ties are broken by id, in the same direction. */
export const EMPLOYEE_SORTS = ['lastName', '-lastName', 'hiredOn', '-hiredOn', 'createdAt', '-createdAt'] as const
export type EmployeeSort = (typeof EMPLOYEE_SORTS)[number]

export const DEFAULT_SORT: EmployeeSort = 'lastName'

/** The position of one employee in one order: a keyset page starts behind one. */
export type EmployeePosition = {
  readonly sort: EmployeeSort
  /** The sort key as text; for `hiredOn` an employee without a date is at `infinity` or `-infinity`, last either way. */
  readonly key: string
  readonly id: string
}

export function positionOf(employee: Employee, sort: EmployeeSort): EmployeePosition {
  return { sort, key: sortKeyOf(employee, sort), id: employee.id }
}

/** Whether a text is a key that `positionOf` could have made, so that Postgres never has to parse another one. */
export function isSortKey(sort: EmployeeSort, key: string): boolean {
  switch (sort) {
    case 'lastName':
    case '-lastName':
      return key.length > 0 && key.isWellFormed() && !key.includes('\0')
    case 'hiredOn':
      return key === 'infinity' || isIsoTime(`${key}T00:00:00.000Z`)
    case '-hiredOn':
      return key === '-infinity' || isIsoTime(`${key}T00:00:00.000Z`)
    case 'createdAt':
    case '-createdAt':
      return isIsoTime(key)
  }
}

function sortKeyOf(employee: Employee, sort: EmployeeSort): string {
  switch (sort) {
    case 'lastName':
    case '-lastName':
      return employee.lastName
    case 'hiredOn':
      return employee.hiredOn ?? 'infinity'
    case '-hiredOn':
      return employee.hiredOn ?? '-infinity'
    case 'createdAt':
    case '-createdAt':
      return employee.createdAt.toISOString()
  }
}

/** The one form that `Date` writes, of a real moment, years 0001 to 9999 (Postgres has no year 0). */
function isIsoTime(text: string): boolean {
  if (!/^(?!0000)\d{4}-/.test(text)) return false
  const time = new Date(text)
  return !Number.isNaN(time.getTime()) && time.toISOString() === text
}
