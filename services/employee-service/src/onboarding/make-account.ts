import type { EmployeeDatabase } from '../database/employee-database.ts'
import type { AccountInviter } from './account-inviter.ts'
import { isAddressBusy, isBeingOffboarded, markAttempted } from './attempt-repository.ts'
import type { Failure, OpenOnboarding } from './onboarding.ts'
import type { RecordAccount } from './record-account.ts'
import { type Step, stepAfter } from './step.ts'

/** Has auth-service make the account of an onboarding that has none, or finds the one that an earlier call made. */
export type MakeAccount = (onboarding: OpenOnboarding) => Promise<Step>

type Dependencies = {
  readonly db: EmployeeDatabase
  readonly inviter: Pick<AccountInviter, 'invite' | 'findByAddress'>
  readonly recordAccount: RecordAccount
}

/** What became of an account of this address is clear in a moment. */
const OFFBOARDING_PENDING: Step = { next: 'retry', error: 'offboarding_pending', afterSeconds: 2 }

export function createMakeAccount({ db, inviter, recordAccount }: Dependencies): MakeAccount {
  /** The answer to an earlier call got lost if this service invited that account, and no onboarding has it. */
  async function adopt({ id, email, requestId }: OpenOnboarding, status: string | undefined): Promise<Step> {
    const result = await inviter.findByAddress(email, { id: requestId })
    if (result.outcome !== 'done') return stepAfter(result)
    const account = result.value
    if (account !== undefined) {
      if ((await recordAccount(id, account.id)) !== 'foreign') return { next: 'step' }
      if (await isBeingOffboarded(db, account.id)) return OFFBOARDING_PENDING
    }
    const error: Failure = (account?.status ?? status) === 'disabled' ? 'account_disabled' : 'account_exists'
    return { next: 'fail', error }
  }

  return async (onboarding) => {
    const { id, email, fullName, requestId } = onboarding
    if (await isAddressBusy(db, onboarding)) return OFFBOARDING_PENDING
    if (!(await markAttempted(db, id))) return { next: 'step' }
    const result = await inviter.invite({ email, fullName }, { id: requestId })
    if (result.outcome === 'done') {
      await recordAccount(id, result.value.userId)
      return { next: 'step' }
    }
    const isTaken = result.outcome === 'refused' && result.code === 'email_taken'
    return isTaken ? adopt(onboarding, result.accountStatus) : stepAfter(result)
  }
}
