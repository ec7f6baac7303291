import type { EmployeeDatabase } from '../database/employee-database.ts'
import type { AccountInviter } from './account-inviter.ts'
import type { RecordAccount } from './record-account.ts'
import { findSoughtAccount } from './sought-account-repository.ts'

/** What is known of an account that a request made, if it did. */
export type Finding =
  | { readonly outcome: 'found'; readonly userId: string }
  /** There is none, and none is to be expected any more. */
  | { readonly outcome: 'none' }
  | { readonly outcome: 'retry'; readonly error: string; readonly needsOperator: boolean }

export type AccountFinder = {
  /** Looks for the account of an onboarding that was closed before the answer to its request was known. */
  find(onboardingId: string, requestId: string): Promise<Finding>
}

type Dependencies = {
  readonly db: EmployeeDatabase
  readonly inviter: Pick<AccountInviter, 'findByAddress'>
  readonly recordAccount: RecordAccount
}

export function createAccountFinder({ db, inviter, recordAccount }: Dependencies): AccountFinder {
  return {
    async find(onboardingId, requestId) {
      // Read before auth-service is asked: what lands later than that is looked for once more.
      const sought = await findSoughtAccount(db, onboardingId)
      if (sought === undefined) return { outcome: 'none' }
      if (sought.userId !== null) return { outcome: 'found', userId: sought.userId }
      const result = await inviter.findByAddress(sought.email, { id: requestId })
      if (result.outcome === 'refused') return { outcome: 'retry', error: result.error, needsOperator: true }
      if (result.outcome === 'retry') return result
      const account = result.value
      if (account !== undefined && (await recordAccount(onboardingId, account.id)) !== 'foreign') {
        return { outcome: 'found', userId: account.id }
      }
      return sought.mayAppear
        ? { outcome: 'retry', error: 'account_may_appear', needsOperator: false }
        : { outcome: 'none' }
    },
  }
}
