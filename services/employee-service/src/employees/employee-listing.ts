import type { EmployeeStatus } from './employee.ts'
import type { EmployeePosition, EmployeeSort } from './employee-sort.ts'

/** What a listing, or an export, is narrowed by. */
export type EmployeeFilter = {
  /** Words that all have to be part of the name, the e-mail or the job title; accents and case make no difference. */
  readonly query?: string | undefined
  readonly department?: string | undefined
  readonly status?: EmployeeStatus | undefined
  readonly managerId?: string | undefined
}

/** A part of the employees in one order. */
export type EmployeeListing = {
  readonly filter: EmployeeFilter
  readonly sort: EmployeeSort
  /** At most so many employees. */
  readonly limit: number
  /** The listing starts right behind it; at the beginning unless given. */
  readonly after?: EmployeePosition | undefined
}
