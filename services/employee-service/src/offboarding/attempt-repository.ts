import { sql } from 'kysely'
import type { EmployeeDatabase } from '../database/employee-database.ts'
import type { PendingOffboarding } from './offboarding.ts'

/** Undefined when there is nothing left to do. */
export async function findPending(db: EmployeeDatabase, id: string): Promise<PendingOffboarding | undefined> {
  const row = await db
    .selectFrom('offboardings')
    .select(['id', 'employee_id', 'user_id', 'onboarding_id', 'request_id', 'attempts', 'last_error'])
    .select(sql<number>`(extract(epoch from now() - tried_since) * 1000)::float8`.as('tried_for_ms'))
    .where('id', '=', id)
    .where('state', '=', 'pending')
    .executeTakeFirst()
  if (row === undefined) return undefined
  return {
    id: row.id,
    employeeId: row.employee_id,
    userId: row.user_id,
    onboardingId: row.onboarding_id,
    requestId: row.request_id,
    attempts: row.attempts,
    lastError: row.last_error,
    triedForMs: row.tried_for_ms,
  }
}

/** The ids of some that have been pending for longer, with a job or without. By chance, so that each has its turn. */
export async function listOverdue(db: EmployeeDatabase, olderThanMs: number, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('offboardings')
    .select('id')
    .where('state', '=', 'pending')
    .where(sql<boolean>`tried_since < now() - ${olderThanMs} * interval '1 ms'`)
    .orderBy(sql`random()`)
    .limit(limit)
    .execute()
  return rows.map(({ id }) => id)
}

/** Counts an attempt that is to be repeated. */
export async function recordAttempt(db: EmployeeDatabase, id: string, lastError: string): Promise<void> {
  await db
    .updateTable('offboardings')
    .set({ attempts: sql`attempts + 1`, last_error: lastError })
    .where('id', '=', id)
    .where('state', '=', 'pending')
    .execute()
}

/** From now on the account's tokens are good here again, until a retry is done. */
export async function markFailed(db: EmployeeDatabase, id: string, lastError: string): Promise<void> {
  await db
    .updateTable('offboardings')
    .set({ state: 'failed', attempts: sql`attempts + 1`, last_error: lastError, failed_at: sql`now()` })
    .where('id', '=', id)
    .where('state', '=', 'pending')
    .execute()
}

/**
 * Earlier offboardings of the same account that have failed are done with it: the account is disabled.
 *
 * @param result.tokensUntil the last second, since 1970, in which the account can have got a token
 */
export async function markDone(
  db: EmployeeDatabase,
  { id, userId }: { readonly id: string; readonly userId: string },
  { tokensUntil, clients }: { readonly tokensUntil: number; readonly clients: readonly string[] },
): Promise<void> {
  await sql`
    update offboardings
    set state = 'done', attempts = attempts + 1, last_error = null, completed_at = now(), tokens_until = ${tokensUntil},
      clients = ${[...clients]}::text[]
    where (id = ${id} and state = 'pending')
       or (user_id = ${userId} and state = 'failed'
           and requested_at <= (select requested_at from offboardings where id = ${id}))`.execute(db)
}

/** There is no account to disable. */
export async function markEmpty(db: EmployeeDatabase, id: string): Promise<void> {
  await db
    .updateTable('offboardings')
    .set({ state: 'done', attempts: sql`attempts + 1`, last_error: null, completed_at: sql`now()` })
    .where('id', '=', id)
    .where('state', '=', 'pending')
    .where('user_id', 'is', null)
    .execute()
}
