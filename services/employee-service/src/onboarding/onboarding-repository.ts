import { sql } from 'kysely'
import type { EmployeeDatabase, EmployeeTransaction } from '../database/employee-database.ts'
import type { Onboarding } from './onboarding.ts'
import { ONBOARDING_COLUMNS, type OnboardingTable, toOnboarding } from './onboarding-table.ts'

/** The newest of the onboardings of one employee. */
export async function findOnboarding(db: EmployeeDatabase, employeeId: string): Promise<Onboarding | undefined> {
  const row = await newestOf(db, employeeId).executeTakeFirst()
  return row && toOnboarding(row)
}

export type LockedOnboarding = {
  readonly id: string
  readonly state: OnboardingTable['state']
  readonly userId: string | null
  readonly lastError: string | null
}

/** The same, which no worker moves on until the transaction ends. Lock the employee before. */
export async function lockNewestOnboarding(
  trx: EmployeeTransaction,
  employeeId: string,
): Promise<LockedOnboarding | undefined> {
  const row = await newestOf(trx, employeeId).forUpdate().executeTakeFirst()
  return row && { id: row.id, state: row.state, userId: row.user_id, lastError: row.last_error }
}

const newestOf = (db: EmployeeDatabase, employeeId: string) =>
  db
    .selectFrom('onboardings')
    .select(['id', ...ONBOARDING_COLUMNS])
    .where('employee_id', '=', employeeId)
    .orderBy('requested_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)

/** Checks asked for in a row are a moment apart. Seconds. */
const CHECK_AGAIN_SECONDS = 2

/** Has the check of an open invitation due now, unless it was made a moment ago. Its id; undefined when there is nothing to hasten. */
export async function hastenCheck(
  db: EmployeeDatabase,
  of: { readonly employeeId: string } | { readonly userId: string },
): Promise<string | undefined> {
  const row = await db
    .updateTable('onboardings')
    .set({ due_at: sql`now()` })
    .where((eb) => ('userId' in of ? eb('user_id', '=', of.userId) : eb('employee_id', '=', of.employeeId)))
    .where('state', '=', 'invited')
    .where(sql<boolean>`due_at > now() and checked_at < now() - ${CHECK_AGAIN_SECONDS} * interval '1 s'`)
    .returning('id')
    .executeTakeFirst()
  return row?.id
}

/** The employee as the account is made for them. */
export type Invitee = { readonly email: string; readonly fullName: string; readonly requestId: string }

type NewOnboarding = Invitee & { readonly id: string; readonly employeeId: string }

export async function insertOnboarding(trx: EmployeeTransaction, onboarding: NewOnboarding): Promise<void> {
  const { id, employeeId, email, fullName, requestId } = onboarding
  await trx
    .insertInto('onboardings')
    .values({
      id,
      employee_id: employeeId,
      state: 'pending',
      email,
      full_name: fullName,
      user_id: null,
      expires_at: null,
      last_error: null,
      request_id: requestId,
      attempted_at: null,
      checked_at: null,
      completed_at: null,
    })
    .execute()
}

/** Makes it pending once more; an account that was made gets another link. */
export async function repeatOnboarding(trx: EmployeeTransaction, id: string, invitee: Invitee): Promise<void> {
  await trx
    .updateTable('onboardings')
    .set({
      state: 'pending',
      email: invitee.email,
      full_name: invitee.fullName,
      request_id: invitee.requestId,
      wants_link: sql<boolean>`user_id is not null`,
      last_error: null,
      attempts: 0,
      tried_since: sql`now()`,
      due_at: sql`now()`,
      completed_at: null,
    })
    .where('id', '=', id)
    .execute()
}
