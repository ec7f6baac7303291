import { sql } from 'kysely'
import type { EmployeeDatabase } from '../database/employee-database.ts'
import { LANDING_SECONDS } from './closing-repository.ts'
import { FINAL_FAILURES } from './onboarding.ts'

export type SoughtAccount = {
  readonly email: string
  /** Once it is known. */
  readonly userId: string | null
  /** Whether a request for it may still be on its way. */
  readonly mayAppear: boolean
}

/** Undefined where nothing is left to look for. */
export async function findSoughtAccount(
  db: EmployeeDatabase,
  onboardingId: string,
): Promise<SoughtAccount | undefined> {
  const row = await db
    .selectFrom('onboardings')
    .select(['email', 'user_id'])
    .select(sql<boolean>`coalesce(attempted_at > now() - ${LANDING_SECONDS} * interval '1 s', false)`.as('may_appear'))
    .where('id', '=', onboardingId)
    .executeTakeFirst()
  if (row === undefined || (row.email === null && row.user_id === null)) return undefined
  return { email: row.email ?? '', userId: row.user_id, mayAppear: row.may_appear }
}

/** A request arrives at the latest while its token is good: a day, of which nothing is to be missed. Hours. */
const LATEST_HOURS = 25

/** Closed ones without an account, whose request may still be stuck, while nothing else is done for their address. */
export async function listUnaccounted(
  db: EmployeeDatabase,
  limit: number,
): Promise<{ id: string; requestId: string }[]> {
  const { rows } = await sql<{ id: string; request_id: string }>`
    select id, request_id from onboardings
    where email is not null and user_id is null and completed_at is not null
      and (state = 'ended' or last_error = any(${[...FINAL_FAILURES]}))
      and attempted_at > now() - ${LATEST_HOURS} * interval '1 hour'
      and not exists (select 1 from offboardings where onboarding_id = onboardings.id and state = 'pending')
      and not exists (
        select 1 from onboardings other
        where lower(other.email) = lower(onboardings.email) and other.completed_at is null)
    order by random() limit ${limit}`.execute(db)
  return rows.map((row) => ({ id: row.id, requestId: row.request_id }))
}

/** Addresses and names that no account is looked for by any more. */
export async function emptyAddresses(db: EmployeeDatabase): Promise<void> {
  await db
    .updateTable('onboardings')
    .set({ email: null, full_name: null })
    .where('completed_at', 'is not', null)
    .where('email', 'is not', null)
    .where(
      sql<boolean>`user_id is not null or coalesce(attempted_at, completed_at) < now() - ${LATEST_HOURS} * interval '1 hour'`,
    )
    .execute()
}
