import type { Actor } from '../actor.ts'
import type { Employee, EmployeeDetails } from '../employees/employee.ts'

export const HISTORY_ACTIONS = ['created', 'updated', 'terminated', 'deleted'] as const
export type HistoryAction = (typeof HISTORY_ACTIONS)[number]

/** Some of what people may change of an employee. */
export type EmployeeFacts = { readonly [Fact in keyof EmployeeDetails]?: string | null }

/** One change of one employee. */
export type HistoryEntry = {
  /** Rises with time; a whole number as text, since it may outgrow JavaScript's. */
  readonly id: string
  readonly employeeId: Employee['id']
  /** The version after the change; of a deletion, the last one. */
  readonly version: number
  readonly action: HistoryAction
  readonly at: Date
  /** Null when the change came from no request but from the database itself. */
  readonly actor: Pick<Actor, 'kind' | 'id'> | null
  readonly requestId: string | null
  readonly changes: FactChange[]
}

export type FactChange = { readonly field: string; readonly from: string | null; readonly to: string | null }
