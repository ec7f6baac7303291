import type { EmployeeDetails } from '../employees/employee.ts'

/** A row of a file on its way into the table. Cells that were empty, or not acceptable, are not in it. */
export type StagedRow = Partial<EmployeeDetails> & {
  readonly line: number
  readonly id: string
  /** Whether the id is from the file. */
  readonly idGiven: boolean
}
