import type { JobQueue } from '@latchkey/job-queue'
import type { EmployeeTransaction } from '../database/employee-database.ts'
import { insertOffboarding } from './offboarding-repository.ts'

/** An account to disable. */
export type LeftAccount = {
  /** Null when it is still to be found. */
  readonly userId: string | null
  /** For which it was made. */
  readonly onboardingId?: string
}

type Request = { readonly employeeId: string; readonly reason: string | null; readonly requestId: string }

/** Part of the transaction: has these accounts disabled, each by an offboarding and a job of its own. */
export type RequestOffboarding = (
  trx: EmployeeTransaction,
  request: Request,
  accounts: readonly LeftAccount[],
) => Promise<void>

type Dependencies = { readonly queue: Pick<JobQueue, 'add'>; readonly newId: () => string }

export function createRequestOffboarding({ queue, newId }: Dependencies): RequestOffboarding {
  return async (trx, request, accounts) => {
    for (const { userId, onboardingId = null } of accounts) {
      const id = newId()
      await insertOffboarding(trx, { ...request, id, userId, onboardingId })
      await queue.add(trx, id)
    }
  }
}
