export const EMPLOYEE_STATUSES = ['active', 'on_leave', 'terminated'] as const
export type EmployeeStatus = (typeof EMPLOYEE_STATUSES)[number]

export type Employee = {
  /** UUIDv7, made by the service. */
  readonly id: string
  readonly firstName: string
  readonly lastName: string
  /** Unique in any case; kept as it was written. */
  readonly email: string
  readonly department: string | null
  readonly jobTitle: string | null
  /** Another employee; becomes null when that one is deleted. */
  readonly managerId: string | null
  /** Calendar date, `YYYY-MM-DD`. */
  readonly hiredOn: string | null
  readonly status: EmployeeStatus
  /** The linked account (`sub` of its access tokens); at most one employee has it. */
  readonly userId: string | null
  /** Starts at 1 and rises with every change of the row; the entity tag is made of it. */
  readonly version: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** What callers write; the service sets the rest. */
export type EmployeeDetails = Omit<Employee, 'id' | 'version' | 'createdAt' | 'updatedAt'>

/** A JSON merge patch (RFC 7396), already checked: an absent member stays as it is. */
export type EmployeeChanges = Partial<EmployeeDetails>

/** A whole employee as a caller sends it; optional members may be left out. */
export type EmployeeDraft = Pick<EmployeeDetails, 'firstName' | 'lastName' | 'email'> & Partial<EmployeeDetails>

/** Left out of a replacement, they stay as they are. */
type Kept = 'status' | 'userId'

/** A draft as a whole replacement: optional members left out become null, a status or a link left out stays as it is. */
export function toReplacement(draft: EmployeeDraft): Omit<EmployeeDetails, Kept> & Pick<EmployeeDraft, Kept> {
  return { department: null, jobTitle: null, managerId: null, hiredOn: null, ...draft }
}

/** An employee out of the JSON of one, which has no dates. */
export function reviveEmployee(json: unknown): Employee {
  const employee = json as Employee
  return { ...employee, createdAt: new Date(employee.createdAt), updatedAt: new Date(employee.updatedAt) }
}
