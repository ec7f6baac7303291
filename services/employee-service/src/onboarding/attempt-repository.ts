import { sql } from 'kysely'
import type { EmployeeDatabase, EmployeeTransaction } from '../database/employee-database.ts'
import type { OpenOnboarding } from './onboarding.ts'

/** Undefined when there is nothing left to do. */
export async function findOpenOnboarding(db: EmployeeDatabase, id: string): Promise<OpenOnboarding | undefined> {
  const row = await db
    .selectFrom('onboardings')
    .selectAll()
    .select(sql<number>`(extract(epoch from now() - tried_since) * 1000)::float8`.as('age_ms'))
    .where('id', '=', id)
    .where('state', 'in', ['pending', 'invited'])
    .executeTakeFirst()
  if (row === undefined || row.email === null || row.full_name === null) return undefined
  return {
    id: row.id,
    employeeId: row.employee_id,
    state: row.state === 'pending' ? 'pending' : 'invited',
    email: row.email,
    fullName: row.full_name,
    userId: row.user_id,
    wantsLink: row.wants_link,
    requestId: row.request_id,
    attempts: row.attempts,
    lastError: row.last_error,
    ageMs: row.age_ms,
  }
}

/** An open one with this account, which nothing else moves on until the transaction ends. Lock the employee before. */
export async function lockOpenOnboarding(
  trx: EmployeeTransaction,
  id: string,
  userId: string,
): Promise<{ id: string } | undefined> {
  return trx
    .selectFrom('onboardings')
    .select('id')
    .where('id', '=', id)
    .where('state', 'in', ['pending', 'invited'])
    .where('user_id', '=', userId)
    .forUpdate()
    .executeTakeFirst()
}

/** Whether an account of an earlier onboarding with this address is still to be found. */
export async function isAddressBusy(db: EmployeeDatabase, { id, email }: OpenOnboarding): Promise<boolean> {
  const row = await db
    .selectFrom('onboardings')
    .innerJoin('offboardings', 'offboardings.onboarding_id', 'onboardings.id')
    .select('onboardings.id')
    .where(sql<boolean>`lower(email) = lower(${email})`)
    .where('onboardings.id', '!=', id)
    .where('offboardings.state', '=', 'pending')
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Whether this account is about to be disabled. */
export async function isBeingOffboarded(db: EmployeeDatabase, userId: string): Promise<boolean> {
  const row = await db
    .selectFrom('offboardings')
    .select('id')
    .where('user_id', '=', userId)
    .where('state', '=', 'pending')
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Written before a request that may make an account, so that one is looked for whatever becomes of it. False when it is too late. */
export async function markAttempted(db: EmployeeDatabase, id: string): Promise<boolean> {
  const result = await db
    .updateTable('onboardings')
    .set({ attempted_at: sql`now()` })
    .where('id', '=', id)
    .where('state', '=', 'pending')
    .where('user_id', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** What the next attempt comes after, and what is shown until then. */
export type Pause = { readonly lastError: string | null; readonly seconds: number }

/** A link is on its way to the owner of the account. */
export async function markLinkSent(db: EmployeeDatabase, id: string): Promise<void> {
  await db
    .updateTable('onboardings')
    .set({ wants_link: false, attempts: sql`attempts + 1` })
    .where('id', '=', id)
    .where('state', 'in', ['pending', 'invited'])
    .execute()
}

/** How many accounts wait for their owners. */
export async function countInvited(db: EmployeeDatabase): Promise<number> {
  const { count } = await db
    .selectFrom('onboardings')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('state', '=', 'invited')
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** The account waits for its owner. A request for another link, made in the meantime, stays. */
export async function recordChecked(
  db: EmployeeDatabase,
  { id, userId }: Pick<OpenOnboarding, 'id' | 'userId'>,
  expiresAt: Date,
  { lastError, seconds }: Pause,
): Promise<void> {
  await db
    .updateTable('onboardings')
    .set({
      state: 'invited',
      expires_at: expiresAt,
      last_error: lastError,
      tried_since: sql`case when state = 'pending' then now() else tried_since end`,
      due_at: afterPause(seconds),
      checked_at: sql`now()`,
    })
    .where('id', '=', id)
    .where('state', 'in', ['pending', 'invited'])
    .where('user_id', '=', userId)
    .where('wants_link', '=', false)
    .execute()
}

/** Counts an attempt that is to be repeated. */
export async function recordAttempt(db: EmployeeDatabase, id: string, { lastError, seconds }: Pause): Promise<void> {
  await db
    .updateTable('onboardings')
    .set({ attempts: sql`attempts + 1`, last_error: lastError, due_at: afterPause(seconds) })
    .where('id', '=', id)
    .where('state', 'in', ['pending', 'invited'])
    .execute()
}

/** The account that was made is gone, and another one is wanted. */
export async function forgetAccount(db: EmployeeDatabase, id: string, userId: string): Promise<void> {
  await db
    .updateTable('onboardings')
    .set({ state: 'pending', user_id: null, wants_link: false, expires_at: null })
    .where('id', '=', id)
    .where('state', 'in', ['pending', 'invited'])
    .where('user_id', '=', userId)
    .execute()
}

/** An address is kept where an account may still have to be found by it. False when it is closed by now, or has another account. */
export async function markFailed(
  db: EmployeeDatabase,
  { id, userId }: Pick<OpenOnboarding, 'id' | 'userId'>,
  error: string,
): Promise<boolean> {
  const result = await db
    .updateTable('onboardings')
    .set({
      state: 'failed',
      last_error: error,
      ...(userId !== null && { email: null, full_name: null }),
      attempts: sql`attempts + 1`,
      wants_link: false,
      completed_at: sql`now()`,
    })
    .where('id', '=', id)
    .where('state', 'in', ['pending', 'invited'])
    .where(sql<boolean>`user_id is not distinct from ${userId}`)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

export async function markAccepted(trx: EmployeeTransaction, id: string): Promise<void> {
  await trx
    .updateTable('onboardings')
    .set({
      state: 'accepted',
      email: null,
      full_name: null,
      last_error: null,
      wants_link: false,
      completed_at: sql`now()`,
    })
    .where('id', '=', id)
    .execute()
}

/** The ids of some whose attempt should have been made by now. By chance, so that each has its turn. */
export async function listOverdueOnboardings(
  db: EmployeeDatabase,
  overdueMs: number,
  limit: number,
): Promise<string[]> {
  const rows = await db
    .selectFrom('onboardings')
    .select('id')
    .where('state', 'in', ['pending', 'invited'])
    .where(sql<boolean>`due_at < now() - ${overdueMs} * interval '1 ms'`)
    .orderBy(sql`random()`)
    .limit(limit)
    .execute()
  return rows.map(({ id }) => id)
}

const afterPause = (seconds: number) => sql<Date>`now() + ${seconds} * interval '1 s'`
