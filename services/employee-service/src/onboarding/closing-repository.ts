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

/** An attempt whose answer is not known yet. */
const IS_IN_FLIGHT = sql<boolean>`(state = 'pending' and user_id is null and attempted_at is not null)`

const IS_OPEN = sql<boolean>`state in ('pending', 'invited')`
const MAY_BE_REPEATED = sql<boolean>`(state = 'failed' and last_error <> all(${sql.val([...FINAL_FAILURES])}::text[]))`

/** Ends every onboarding of an employee who leaves. Lock the employee before. */
export const endOnboardings = (trx: EmployeeTransaction, employeeId: string): Promise<OrphanedAccount[]> =>
  close(trx, employeeId, {
    which: sql`state <> 'ended'`,
    set: sql`state = 'ended', last_error = null`,
  })

/** Fails what was begun for an address that is the employee's no longer. Lock the employee before. */
export const failForAddress = (trx: EmployeeTransaction, employeeId: string): Promise<OrphanedAccount[]> =>
  fail(trx, employeeId, 'email_changed', sql`(${IS_OPEN} or ${MAY_BE_REPEATED})`)

/** Fails what may still give the employee an account beside the one that they are linked to. Lock the employee before. */
export const failForLink = (trx: EmployeeTransaction, employeeId: string): Promise<OrphanedAccount[]> =>
  fail(trx, employeeId, 'already_linked', sql`(${IS_OPEN} or ${MAY_BE_REPEATED} and user_id is not null)`)

const fail = (trx: EmployeeTransaction, employeeId: string, error: Failure, which: RawBuilder<unknown>) =>
  close(trx, employeeId, {
    which: sql`${which}
      and not exists (
        select 1 from employees where employees.id = onboardings.employee_id and employees.user_id = onboardings.user_id)`,
    set: sql`state = 'failed', last_error = ${error}`,
  })

/**
 * An account that is known is disabled once more, as it may have been enabled since; one that is looked for already is not looked for twice.
 * An address is kept while an account may still have to be found by it, be it late.
 */
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
        email = case when closing.user_id is null and attempted_at is not null then email end, full_name = null
      from closing where onboardings.id = closing.id
    )
    select id, user_id from closing
    where (user_id is not null or in_flight)
      and not exists (
        select 1 from offboardings where onboarding_id = closing.id and user_id is null and state in ('pending', 'failed'))
      and not exists (select 1 from employees where employees.user_id = closing.user_id)`.execute(trx)
  return rows.map((row) => ({ onboardingId: row.id, userId: row.user_id }))
}
