import { sql } from 'kysely'
import type { EmployeeTransaction } from '../database/employee-database.ts'
import type { OnboardingTable } from './onboarding-table.ts'

/** An onboarding as it stands when an account shows up that was made for it. */
export type Maker = {
  readonly employeeId: string
  readonly state: OnboardingTable['state']
  readonly userId: string | null
  readonly lastError: string | null
  readonly requestId: string
}

/** Nothing else moves it on until the transaction ends. */
export async function lockMaker(trx: EmployeeTransaction, onboardingId: string): Promise<Maker | undefined> {
  const row = await trx
    .selectFrom('onboardings')
    .select(['employee_id', 'state', 'user_id', 'last_error', 'request_id'])
    .where('id', '=', onboardingId)
    .forUpdate()
    .executeTakeFirst()
  return (
    row && {
      employeeId: row.employee_id,
      state: row.state,
      userId: row.user_id,
      lastError: row.last_error,
      requestId: row.request_id,
    }
  )
}

/** Whether an onboarding knows this account. */
export async function isKnownAccount(trx: EmployeeTransaction, userId: string): Promise<boolean> {
  const row = await trx.selectFrom('onboardings').select('id').where('user_id', '=', userId).executeTakeFirst()
  return row !== undefined
}

/**
 * Keeps the account with an onboarding that has none. One that failed on what another worker saw is open again; one that is closed needs
 * its address no more.
 */
export async function keepAccount(
  trx: EmployeeTransaction,
  onboardingId: string,
  userId: string,
  { isOpen }: { isOpen: boolean },
): Promise<void> {
  await trx
    .updateTable('onboardings')
    .set(
      isOpen
        ? { user_id: userId, state: 'pending', completed_at: null, due_at: sql`now()` }
        : { user_id: userId, email: null, full_name: null },
    )
    .where('id', '=', onboardingId)
    .execute()
}

/** Gives the account to the offboarding that looks for it. Its id; undefined when there is none. */
export async function assignToOffboarding(
  trx: EmployeeTransaction,
  onboardingId: string,
  userId: string,
): Promise<string | undefined> {
  const row = await trx
    .updateTable('offboardings')
    .set({ user_id: userId, state: 'pending' })
    .where('onboarding_id', '=', onboardingId)
    .where('user_id', 'is', null)
    .where('state', 'in', ['pending', 'failed'])
    .returning('id')
    .executeTakeFirst()
  return row?.id
}
