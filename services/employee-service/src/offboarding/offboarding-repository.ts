import { sql } from 'kysely'
import type { Actor } from '../actor.ts'
import type { EmployeeDatabase, EmployeeTransaction } from '../database/employee-database.ts'
import type { Offboarding } from './offboarding.ts'
import { OFFBOARDING_COLUMNS, toOffboarding } from './offboarding-table.ts'

type NewOffboarding = {
  readonly id: string
  readonly employeeId: string
  readonly userId: string | null
  readonly onboardingId: string | null
  readonly reason: string | null
  readonly requestId: string
}

export async function insertOffboarding(trx: EmployeeTransaction, offboarding: NewOffboarding): Promise<void> {
  const { id, employeeId, userId, onboardingId, reason, requestId } = offboarding
  const state = userId === null && onboardingId === null ? 'none' : 'pending'
  await trx
    .insertInto('offboardings')
    .values({
      id,
      employee_id: employeeId,
      user_id: userId,
      onboarding_id: onboardingId,
      state,
      reason,
      request_id: requestId,
    })
    .execute()
}

/** The newest of the offboardings of one employee. */
const IS_NEWEST = sql<boolean>`not exists (
  select 1 from offboardings later where later.employee_id = offboardings.employee_id
    and (later.requested_at, later.id) > (offboardings.requested_at, offboardings.id))`

/**
 * Whether this account has an offboarding for this employee that has failed or, unless `failedOnly`, is pending or the employee's newest.
 * Without an account: whether the employee has any offboarding.
 */
export async function hasOffboarding(
  db: EmployeeDatabase,
  employeeId: string,
  userId: string | null,
  { failedOnly }: { failedOnly: boolean },
): Promise<boolean> {
  let select = db.selectFrom('offboardings').select('id').where('employee_id', '=', employeeId)
  if (userId !== null) {
    const other = failedOnly ? sql`false` : sql`state = 'pending' or ${IS_NEWEST}`
    select = select.where(sql<boolean>`user_id = ${userId} and (state = 'failed' or ${other})`)
  }
  return (await select.limit(1).executeTakeFirst()) !== undefined
}

/** An open one comes first: an offboarding that failed is not hidden by a later one of another account. */
export async function findOffboarding(db: EmployeeDatabase, employeeId: string): Promise<Offboarding | undefined> {
  const row = await db
    .selectFrom('offboardings')
    .select(OFFBOARDING_COLUMNS)
    .where('employee_id', '=', employeeId)
    .orderBy(sql`case state when 'failed' then 0 when 'pending' then 1 else 2 end`)
    .orderBy('requested_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && toOffboarding(row)
}

/** The failed ones of an employee are not tried any more. Whether there was one. */
export async function withdrawOffboardings(
  trx: EmployeeTransaction,
  employeeId: string,
  { kind, id }: Pick<Actor, 'kind' | 'id'>,
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('offboardings')
    .set({ state: 'withdrawn', withdrawn_at: sql`now()`, withdrawn_by: `${kind}:${id}` })
    .where('employee_id', '=', employeeId)
    .where('state', '=', 'failed')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Makes the failed ones of an employee pending again. Their ids. */
export async function reopenOffboardings(trx: EmployeeTransaction, employeeId: string): Promise<string[]> {
  const rows = await trx
    .updateTable('offboardings')
    .set({ state: 'pending', tried_since: sql`now()` })
    .where('employee_id', '=', employeeId)
    .where('state', '=', 'failed')
    .returning('id')
    .execute()
  return rows.map(({ id }) => id)
}
