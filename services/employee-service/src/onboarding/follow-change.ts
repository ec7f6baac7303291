import type { EmployeeTransaction } from '../database/employee-database.ts'
import type { Employee } from '../employees/employee.ts'
import type { RequestOffboarding } from '../offboarding/request-offboarding.ts'
import { failForAddress, failForLink } from './closing-repository.ts'

/**
 * Part of the transaction that changes an employee: an account that was made for an address which is theirs no longer, or beside
 * another one, does not come to life.
 */
export type FollowChange = (
  trx: EmployeeTransaction,
  change: { readonly before: Employee; readonly after: Employee },
  requestId: string,
) => Promise<void>

export function createFollowChange(requestOffboarding: RequestOffboarding): FollowChange {
  return async (trx, { before, after }, requestId) => {
    const hasMoved = before.email.toLowerCase() !== after.email.toLowerCase()
    const isLinked = after.userId !== null && after.userId !== before.userId
    if (!hasMoved && !isLinked) return
    const request = { employeeId: after.id, requestId, reason: null }
    await requestOffboarding(trx, request, await (hasMoved ? failForAddress : failForLink)(trx, after.id))
  }
}
