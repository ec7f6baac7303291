import type { WriteAs } from '../database/write-as.ts'
import { findEmployeeOfUser, lockEmployee, updateEmployee } from '../employees/employee-repository.ts'
import type { RequestOffboarding } from '../offboarding/request-offboarding.ts'
import { lockOpenOnboarding, markAccepted, markFailed } from './attempt-repository.ts'
import { endOnboardings, failForLink } from './closing-repository.ts'
import type { Failure, OpenOnboarding } from './onboarding.ts'

/** What became of an onboarding whose account was accepted; `closed`: another transaction was first. */
export type LinkResult = 'accepted' | 'ended' | 'closed' | Extract<Failure, 'already_linked' | 'account_linked'>

/**
 * Links an account that its owner has accepted to the employee for whom it was made. One transaction: whatever ends the onboarding
 * comes before, and nothing is linked, or after, and finds the link.
 */
export type LinkAccount = (onboarding: OpenOnboarding, userId: string) => Promise<LinkResult>

type Dependencies = {
  readonly writeAs: WriteAs
  readonly requestOffboarding: RequestOffboarding
  /** Who links, for the history: this service's own client. */
  readonly clientId: string
}

export function createLinkAccount({ writeAs, requestOffboarding, clientId }: Dependencies): LinkAccount {
  return ({ id, employeeId, requestId }, userId) =>
    writeAs({ kind: 'client', id: clientId, requestId }, async (trx) => {
      const employee = await lockEmployee(trx, employeeId)
      const onboarding = await lockOpenOnboarding(trx, id, userId)
      if (onboarding === undefined) return 'closed'
      const request = { employeeId, requestId, reason: null }
      // The end of an employment ends the onboarding with it, unless it is made by hand at the database.
      if (employee === undefined || employee.status === 'terminated') {
        await requestOffboarding(trx, request, await endOnboardings(trx, employeeId))
        return 'ended'
      }
      if (employee.userId !== null && employee.userId !== userId) {
        await requestOffboarding(trx, request, await failForLink(trx, employeeId))
        return 'already_linked'
      }
      const other = await findEmployeeOfUser(trx, userId)
      if (other !== undefined && other.id !== employeeId) {
        await markFailed(trx, { id, userId }, 'account_linked')
        return 'account_linked'
      }
      if (employee.userId === null) await updateEmployee(trx, employeeId, { userId })
      await markAccepted(trx, id)
      return 'accepted'
    })
}
