import { type RawBuilder, sql } from 'kysely'
import type { EmployeeTransaction } from '../database/employee-database.ts'
import { type Failure, FINAL_FAILURES } from './onboarding.ts'

/** An account that has to be disabled: it was made for an onboarding that is closed now. */
export type OrphanedAccount = {
  readonly onboardingId: string
  /** Null while it is not known whether there is one: a request for it may be on its way. */
  readonly userId: string | null
}

/** After an attempt an account may appear for so long, as far as its request did not get stuck. Seconds. */
export const LANDING_SECONDS = 60

/** An attempt of which nobody knows yet what it came to. */
const IS_IN_FLIGHT = sql<boolean>`(user_id is null and attempted_at is not null
  and (state = 'pending' or attempted_at > now() - ${sql.lit(LANDING_SECONDS)} * interval '1 s'))`

/** Whatever still gives the employee a claim to an account. */
const HAS_ACCOUNT_AHEAD = sql<boolean>`(state in ('pending', 'invited')
  or state = 'failed' and (user_id is not null or ${IS_IN_FLIGHT})
    and last_error <> all(${sql.val([...FINAL_FAILURES])}::text[]))`

/** Ends every onboarding of an employee who leaves. Lock the employee before. */
export const endOnboardings = (trx: EmployeeTransaction, employeeId: string): Promise<OrphanedAccount[]> =>
  close(trx, employeeId, {
    which: sql`state <> 'ended'`,
    set: sql`state = 'ended', last_error = null`,
  })

/** Fails every onboarding of an employee that may still give them an account other than their own. Lock the employee before. */
export const failOnboardings = (
  trx: EmployeeTransaction,
  employeeId: string,
  error: Failure,
): Promise<OrphanedAccount[]> =>
  close(trx, employeeId, {
    which: sql`${HAS_ACCOUNT_AHEAD}
      and not exists (select 1 from employees where employees.id = onboardings.employee_id and employees.user_id = onboardings.user_id)`,
    set: sql`state = 'failed', last_error = ${error}`,
  })

/** An address is kept while an account may still have to be found by it. */
async function close(
  trx: EmployeeTransaction,
  employeeId: string,
  { which, set }: { which: RawBuilder<unknown>; set: RawBuilder<unknown> },
): Promise<OrphanedAccount[]> {
  const { rows } = await sql<{ id: string; user_id: string | null }>`
    with closing as (
      select id, user_id, ${IS_IN_FLIGHT} as in_flight from onboardings
      where employee_id = ${employeeId} and ${which}
      for update
    ), closed as (
      update onboardings set ${set}, completed_at = coalesce(completed_at, now()), wants_link = false,
        email = case when in_flight then email end, full_name = null
      from closing where onboardings.id = closing.id
    )
    select id, user_id from closing
    where (user_id is not null or in_flight)
      and not exists (select 1 from offboardings where onboarding_id = closing.id and state in ('pending', 'failed'))
      and not exists (select 1 from employees where employees.user_id = closing.user_id)`.execute(trx)
  return rows.map((row) => ({ onboardingId: row.id, userId: row.user_id }))
}
