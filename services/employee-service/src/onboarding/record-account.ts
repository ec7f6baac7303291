import type { JobQueue } from '@latchkey/job-queue'
import type { EmployeeDatabase } from '../database/employee-database.ts'
import type { RequestOffboarding } from '../offboarding/request-offboarding.ts'
import { assignToOffboarding, isKnownAccount, keepAccount, lockMaker } from './made-account-repository.ts'
import { isFinal } from './onboarding.ts'

/**
 * Keeps an account that was made for an onboarding, whatever became of that since: the account of one that is closed is disabled.
 * It may be repeated.
 *
 * @returns `foreign` for an account that another onboarding has
 */
export type RecordAccount = (onboardingId: string, userId: string) => Promise<'kept' | 'closed' | 'foreign'>

type Dependencies = {
  readonly db: EmployeeDatabase
  readonly offboardingQueue: Pick<JobQueue, 'add'>
  readonly requestOffboarding: RequestOffboarding
}

export function createRecordAccount({ db, offboardingQueue, requestOffboarding }: Dependencies): RecordAccount {
  return (onboardingId, userId) =>
    db.transaction().execute(async (trx) => {
      const maker = await lockMaker(trx, onboardingId)
      if (maker === undefined) return 'foreign'
      const { state } = maker
      const isClosed = state === 'ended' || (state === 'failed' && isFinal(maker.lastError))
      if (maker.userId === userId) return isClosed ? 'closed' : 'kept'
      if (await isKnownAccount(trx, userId)) return 'foreign'
      const isSecond = maker.userId !== null
      if (!isSecond) await keepAccount(trx, onboardingId, userId, { isOpen: !isClosed })
      if (!isClosed && !isSecond) return 'kept'

      const waiting = isSecond ? undefined : await assignToOffboarding(trx, onboardingId, userId)
      if (waiting !== undefined) await offboardingQueue.add(trx, waiting)
      else await requestOffboarding(trx, { ...maker, reason: null }, [{ userId, onboardingId }])
      return 'closed'
    })
}
